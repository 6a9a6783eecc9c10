import { lstat, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { DevyardError } from '../shared/errors.ts';
import { manifestNames } from './reading.ts';

/** Where projects are declared. */
export interface Place {
  readonly path: string;
  readonly isFile: boolean;
}

/** The manifest that a path means: itself, or the one in the folder; the folder where it has none. Throws `invalid`, `folder-missing`. */
export async function placeOf(given: string): Promise<Place> {
  const { path, isFolder } = await foundAt(given);
  if (!isFolder) return { path, isFile: true };
  for (const name of manifestNames) {
    const file = join(path, name);
    // Whatever it is: reading it says why it cannot be used, where a preset in its place would surprise.
    const isThere = await lstat(file).then(
      () => true,
      () => false,
    );
    if (isThere) return { path: file, isFile: true };
  }
  return { path, isFile: false };
}

/** A folder that exists. Throws `invalid`, `folder-missing`. */
export async function folderOf(given: string): Promise<string> {
  const { path, isFolder } = await foundAt(given);
  if (isFolder) return path;
  throw new DevyardError('invalid', `${path} is no folder.`, { field: 'path', hint: 'Give the folder that it is in.' });
}

async function foundAt(given: string): Promise<{ readonly path: string; readonly isFolder: boolean }> {
  const path = resolve(requireAbsolute(given));
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) return { path, isFolder: found.isDirectory() };
  throw new DevyardError('folder-missing', `There is no ${path}.`, {
    field: 'path',
    hint: 'Give a folder that exists.',
  });
}

export function requireAbsolute(path: string): string {
  if (isAbsolute(path)) return path;
  throw new DevyardError('invalid', `“${path}” is no absolute path.`, {
    field: 'path',
    hint: 'Give the path from the root on.',
  });
}

/** Whether two paths lead to the same file or folder. */
export async function isSamePlace(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => realpath(path).catch(() => path)));
  return a === b;
}
