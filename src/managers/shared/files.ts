import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { access, chmod, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DevyardError, errnoOf, messageOf } from './errors.ts';

/** Makes a folder that only its owner may enter. Tightens one that exists. */
export async function makePrivateDir(path: string): Promise<void> {
  try {
    await makeFolders(path, 0o700);
    await chmod(path, 0o700);
  } catch (error) {
    throw diskError(error, path);
  }
}

/**
 * Makes a folder, and those above it that are missing. Not with Node.js's own `recursive`, which never ends where a file
 * system has folders but lets nobody make any, such as /proc. Throws `unavailable`, `disk-full`.
 */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
  const missing: string[] = [];
  let place = resolve(path);
  while (!(await isFolder(place, path))) {
    missing.unshift(place);
    if (dirname(place) === place) break;
    place = dirname(place);
  }
  for (const folder of missing) await makeFolder(folder, mode);
}

async function makeFolder(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    const errno = errnoOf(error);
    // Somebody else may have made it just now.
    if (errno === 'EEXIST' && (await isFolder(folder, folder))) return;
    if (errno !== 'ENOENT') throw diskError(error, folder);
    throw new DevyardError('unavailable', `No folder can be made in ${dirname(folder)}.`, {
      hint: 'Choose another place.',
      cause: error,
    });
  }
}

/** Whether a folder, perhaps behind a link, is there. `wanted` is what an error names. */
async function isFolder(place: string, wanted: string): Promise<boolean> {
  try {
    return (await stat(place)).isDirectory();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw diskError(error, wanted);
  }
}

/** Makes an empty file that only its owner may read, where there is none. */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Replaces a file as a whole: whoever reads sees the old text or the new one, even after a kill at any moment. */
export async function writeFileAtomic(path: string, text: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, path);
  }
}

const halfWritten = /^.+\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;

/** Erases what `writeFileAtomic` left in a folder when it was killed before `before` (milliseconds since the epoch). */
export async function eraseHalfWritten(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!halfWritten.test(name)) continue;
    const path = join(folder, name);
    const entry = await lstat(path);
    if (entry.isFile() && entry.mtimeMs < before) await rm(path, { force: true });
  }
}

/** Says what a failure of the file system means to a person, and what to do; what it does not know stays as it is. */
export function diskError(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new DevyardError('disk-full', `There is no space left to write ${path}.`, {
      hint: 'Free some disk space and try again; nothing was lost.',
      cause: error,
    });
  }
  const [message, hint] = explained(errno, path, messageOf(error)) ?? [];
  return message === undefined ? error : new DevyardError('unavailable', message, { hint: hint ?? '', cause: error });
}

function explained(errno: string | undefined, path: string, words: string): readonly [string, string] | undefined {
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return [`${path} may not be read or written: ${words}`, `Check the permissions of ${path} and its folder.`];
    case 'EROFS':
      return [`${path} lies on a file system that is read-only.`, 'Choose a place that can be written.'];
    case 'ENOENT':
      return [`The folder of ${path} does not exist.`, `Make it: mkdir -p ${dirname(path)}`];
    case 'EEXIST':
    case 'ENOTDIR':
      return [
        `${path}, or what it should lie in, is a file, not a folder.`,
        'Move the file away or choose another place.',
      ];
    case 'EISDIR':
      return [`${path} is a folder, not a file.`, 'Move the folder away or choose another place.'];
    case undefined:
    default:
      return undefined;
  }
}

/** Throws unless the path is a folder that may be read and entered. `field` is how the caller's input names it. */
export async function requireFolder(path: string, field: string): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    if (errnoOf(error) === 'EACCES') throw deniedFolder(path, field, error);
    throw new DevyardError('folder-missing', `The folder ${path} does not exist.`, {
      field,
      hint: 'Create it, or choose another folder.',
      cause: error,
    });
  }
  if (!isFolder) {
    throw new DevyardError('folder-missing', `${path} is a file, not a folder.`, { field, hint: 'Choose a folder.' });
  }
  try {
    await access(path, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw deniedFolder(path, field, error);
  }
}

function deniedFolder(path: string, field: string, cause: unknown): DevyardError {
  return new DevyardError('folder-denied', `The folder ${path} may not be read by you.`, {
    field,
    hint: 'Change its permissions, or choose another folder.',
    cause,
  });
}

/** True for a path that is there itself, not a link to somewhere else. */
export async function isRealFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch {
    return false;
  }
}
