import type { LazyDokploy } from '../dokploy/lazy.ts';
import { type DokployCommandId, dokployCommandIds } from './dokployIds.ts';
import type { CommandFamily, CommandHandler } from './ids.ts';

/** The commands of the view *Dokploy*: the first one that is called loads what they run. */
export function lazyDokployCommands(dokploy: LazyDokploy): CommandFamily<DokployCommandId> {
  const entries = dokployCommandIds.map((id): [DokployCommandId, CommandHandler] => [
    id,
    async (...args) => (await dokploy.load()).commands[id](...args),
  ]);
  return Object.fromEntries(entries) as CommandFamily<DokployCommandId>;
}
