import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './readers.ts';

/** A folder of this user for what can be found out again. Whoever writes there makes it, for its owner alone. */
export function cacheFolder(env: Environment, platform: NodeJS.Platform, home: string = homedir()): string {
  const named = platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_CACHE_HOME'];
  if (named !== undefined && isAbsolute(named)) return join(named, 'devyard');
  if (platform === 'win32') return join(home, 'AppData', 'Local', 'devyard');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'devyard') : join(home, '.cache', 'devyard');
}
