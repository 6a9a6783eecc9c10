import { isAbsolute, join } from 'node:path';

/**
 * Where Omniview keeps its state, plugins and their `.devinfo` files included: `OMNIVIEW_STATE_DIR`, else `~/.omniview`.
 * A relative folder would mean another place in every process that reads the variable, so it counts as not set.
 */
export function omniviewStateRoot(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const set = env['OMNIVIEW_STATE_DIR'] ?? '';
  return isAbsolute(set) ? set : join(home, '.omniview');
}
