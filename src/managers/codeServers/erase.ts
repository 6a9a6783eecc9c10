import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../shared/errors.ts';
import { isRealFolder } from '../shared/files.ts';

const deletedPrefix = '.deleted-';

/**
 * Erases folders of Devyard's own in two steps, so that a kill in between leaves either the whole or nothing:
 * `setAside` renames, `erase` deletes what was renamed. Links are never followed.
 */
export async function setAside(
  root: string,
  id: string,
): Promise<{ restore: () => Promise<void>; erase: () => Promise<void> }> {
  const path = join(root, id);
  // An id is a UUID; anything else could climb out of the root.
  if (basename(path) !== id || dirname(path) !== root) throw new Error(`${id} is no folder name`);
  const aside = join(root, deletedPrefix + id);
  if (!(await isRealFolder(path))) return { restore: async () => undefined, erase: async () => undefined };
  await rename(path, aside);
  return {
    restore: () => rename(aside, path),
    erase: () => rm(aside, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Finishes what a killed daemon had begun to erase. */
export async function eraseLeftovers(root: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(root);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  const leftovers = names.filter((name) => name.startsWith(deletedPrefix));
  await Promise.all(leftovers.map((name) => rm(join(root, name), { recursive: true, force: true })));
}
