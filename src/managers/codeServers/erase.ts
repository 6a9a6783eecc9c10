import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DevyardError, errnoOf, messageOf } from '../shared/errors.ts';
import { isRealFolder } from '../shared/files.ts';

const deletedPrefix = '.deleted-';
const erasing = { recursive: true, force: true, maxRetries: 3 };

/**
 * Renames a server's folder, which is the moment its deletion is decided: what is renamed is erased, by this daemon or by
 * the next one; what is not, is whole. Links are never followed. Fine when there is no such folder.
 */
export async function setAside(root: string, id: string): Promise<void> {
  const path = join(root, id);
  // An id is a UUID; anything else could climb out of the root.
  if (basename(path) !== id || dirname(path) !== root) throw new Error(`${id} is no folder name`);
  if (await isRealFolder(path)) await rename(path, join(root, deletedPrefix + id));
}

/** The ids whose folders were set aside and not erased yet. */
export async function idsSetAside(root: string): Promise<readonly string[]> {
  try {
    const names = await readdir(root);
    return names.filter((name) => name.startsWith(deletedPrefix)).map((name) => name.slice(deletedPrefix.length));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Says what could not be erased, for who may erase it. */
export function notErased(path: string, error: unknown): DevyardError {
  return new DevyardError('unavailable', `What was in ${path} could not be erased: ${messageOf(error)}`, {
    hint: 'Delete what is left as the user it belongs to.',
    cause: error,
  });
}

/** Takes a folder back that was set aside before the deletion was decided. */
export async function takeBack(root: string, id: string): Promise<void> {
  await rename(join(root, deletedPrefix + id), join(root, id));
}

/** Erases what was set aside. */
export async function eraseAside(root: string, id: string): Promise<void> {
  await rm(join(root, deletedPrefix + id), erasing);
}

/** Erases what is in it, and leaves the empty folder to say that the deletion was decided. */
export async function emptyAside(root: string, id: string): Promise<void> {
  const aside = join(root, deletedPrefix + id);
  const names = await readdir(aside);
  await Promise.all(names.map((name) => rm(join(aside, name), erasing)));
}
