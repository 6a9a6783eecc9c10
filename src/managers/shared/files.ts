import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { access, chmod, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DevyardError, errnoOf, messageOf } from './errors.ts';

/** Makes a folder that only its owner may enter. Tightens one that exists. */
export async function makePrivateDir(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Makes an empty file that only its owner may read, where there is none. */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

/** Replaces a file as a whole: whoever reads sees the old text or the new one, even after a kill at any moment. */
export async function writeFileAtomic(path: string, text: string, mode = 0o600): Promise<void> {
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

/** Says what a failed write means to a person. */
export function diskError(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new DevyardError('disk-full', `There is no space left to write ${path}.`, {
      hint: 'Free some disk space and try again; nothing was lost.',
      cause: error,
    });
  }
  if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') {
    return new DevyardError('unavailable', `${path} may not be written: ${messageOf(error)}`, {
      hint: `Check the permissions of ${dirname(path)}.`,
      cause: error,
    });
  }
  return error;
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
