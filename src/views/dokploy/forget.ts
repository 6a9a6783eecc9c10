import type { DokployHost } from './host.ts';
import { ServerKeys } from './wizard/server/keys.ts';

/** Clears what this editor remembers of Dokploy: the keys that were entered here, and everything of no secret. */
export async function forgetDokploy({ secrets, memory }: Pick<DokployHost, 'secrets' | 'memory'>): Promise<void> {
  const keys = new ServerKeys(secrets, memory);
  for (const { id } of keys.lost([])) await keys.forget(id);
  for (const key of memory.keys()) if (key.startsWith('devyard.dokploy.')) await memory.update(key, undefined);
}
