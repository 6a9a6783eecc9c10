import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DevyardError, errnoOf } from './errors.ts';
import { diskError } from './files.ts';

const prefix = '.devyard-unpacking-';
const asideName = /^\.devyard-unpacking-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface FillOptions {
  /** Looked at once more before the folder is put in its place. The work has to heed it itself. */
  readonly signal?: AbortSignal;
}

/**
 * Fills a folder as a whole: the work gets an empty folder in a private one beside `target`, which is renamed into place when
 * the work is done. Until then `target` is as it was; after a failure nothing is left. Throws `conflict` unless
 * `target` is missing or an empty folder (no link to one), before the work and again when it is done: of two at once, one wins.
 * The work must have stopped writing when it ends, also when it fails.
 */
export async function fillFolder<T>(
  target: string,
  work: (aside: string) => Promise<T>,
  { signal }: FillOptions = {},
): Promise<T> {
  const mode = await requireVacant(target);
  const outer = join(dirname(target), `${prefix}${randomUUID()}`);
  // Two folders: what is not yet checked is nobody else's to read, and yet the inner one is born with the permissions
  // of any new folder.
  const inner = join(outer, basename(target));
  try {
    await mkdir(outer, { mode: 0o700 });
    await mkdir(inner);
    if (mode !== undefined) await chmod(inner, mode);
  } catch (error) {
    await erase(outer);
    throw diskError(error, target);
  }
  try {
    const result = await work(inner);
    signal?.throwIfAborted();
    await putInPlace(inner, target);
    return result;
  } finally {
    await erase(outer);
  }
}

/**
 * Erases what a daemon that was killed amid `fillFolder` left in a folder. Only while nobody fills anything in it: at the
 * start of the one daemon whose folder it is. A folder that is missing or may not be read has nothing to erase.
 */
export async function eraseLeftovers(parent: string): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory() && asideName.test(entry.name)) await erase(join(parent, entry.name));
  }
}

/** The permissions of the empty folder that is there; undefined where there is none. */
async function requireVacant(target: string): Promise<number | undefined> {
  try {
    const stats = await lstat(target);
    if (!stats.isDirectory()) throw taken(target, stats.isSymbolicLink() ? 'is a link' : 'is a file, not a folder');
    if ((await readdir(target)).length > 0) throw taken(target, 'is not empty');
    if (stats.dev !== (await stat(dirname(target))).dev) throw taken(target, 'is where a file system is mounted');
    return stats.mode & 0o777;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw diskError(error, target);
  }
}

/** rename(2) replaces a folder only while it is empty, and never a file or a link: no check and no race. */
async function putInPlace(inner: string, target: string): Promise<void> {
  try {
    // Windows replaces no folder at all.
    if (process.platform === 'win32') await rmdir(target).catch(() => undefined);
    await rename(inner, target);
  } catch (error) {
    switch (errnoOf(error)) {
      case 'ENOTEMPTY':
      case 'EEXIST':
        throw taken(target, 'was filled by somebody else meanwhile', error);
      case 'ENOTDIR':
        throw taken(target, 'is a file or a link now', error);
      case 'EBUSY':
      case 'EXDEV':
        throw taken(target, 'is where a file system is mounted', error);
      case undefined:
      default:
        throw diskError(error, target);
    }
  }
}

function taken(target: string, why: string, cause?: unknown): DevyardError {
  return new DevyardError('conflict', `${target} cannot be filled: it ${why}.`, {
    hint: 'Choose a folder that does not exist yet, or an empty one.',
    cause,
  });
}

/** As well as it can be done: what happened before is more worth telling, and the next daemon tries again. */
async function erase(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }).catch(() => undefined);
}
