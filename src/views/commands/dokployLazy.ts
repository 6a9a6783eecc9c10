import type { LazyDokploy } from '../dokploy/lazy.ts';
import { type DokployCommandId, dokployCommandIds } from './dokployIds.ts';
import type { CommandFamily } from './ids.ts';
import { lateCommands } from './late.ts';

/** The commands of the view *Dokploy*, which come with it. */
export function lazyDokployCommands(dokploy: LazyDokploy): CommandFamily<DokployCommandId> {
  return lateCommands(dokployCommandIds, async () => (await dokploy.load()).commands);
}
