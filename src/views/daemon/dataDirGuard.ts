import { lstat, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

/** One of these files must lie in a folder before Devyard erases it. */
const signs = ['devyard.db', 'daemon.json'] as const;

/**
 * Why a folder must not be erased as Devyard's data directory, or undefined when it may be. It must be a real folder with
 * Devyard's files in it, and neither hold nor be a folder that belongs to the person (home, open workspaces).
 */
export async function whyNotErase(
  dataDir: string,
  precious: readonly string[],
): Promise<'not-a-folder' | 'foreign' | 'precious' | undefined> {
  if (!isAbsolute(dataDir) || dirname(dataDir) === dataDir) return 'precious';
  const entry = await lstat(dataDir).catch(() => undefined);
  if (entry === undefined || !entry.isDirectory()) return 'not-a-folder';
  const found = await Promise.all(signs.map((name) => lstat(join(dataDir, name)).catch(() => undefined)));
  if (!found.some((file) => file?.isFile() === true)) return 'foreign';
  const real = await realpath(dataDir);
  const others = await Promise.all(precious.map((folder) => realpath(folder).catch(() => folder)));
  return others.some((folder) => holds(real, folder)) ? 'precious' : undefined;
}

function holds(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path === '' || (!isAbsolute(path) && path !== '..' && !path.startsWith(`..${sep}`));
}
