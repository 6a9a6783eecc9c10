import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, chmod, copyFile, cp, lstat, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, isAbsolute } from 'node:path';
import { DevyardError, errnoOf, messageOf } from '../../shared/errors.ts';
import { diskError, makeFolders } from '../../shared/files.ts';
import type { DeployStep } from '../plan.ts';

/** What a step has copied aside, to be put in its place. */
interface Staged {
  readonly step: DeployStep;
  readonly aside: string;
  readonly isFolder: boolean;
}

/** What a killed deployment left is erased by the next one after so long; nobody copies for longer. Milliseconds. */
const leftoverMs = 60 * 60_000;

/**
 * Puts what was built where it is used. Everything is copied aside first, and only when all of it is there renamed into place,
 * so whoever looks sees a whole old artefact or a whole new one. After a failure, or when the signal is aborted before the
 * renaming, what was there is untouched and nothing is left aside. A file that runs can be replaced: it keeps running.
 *
 * A folder is replaced as a whole; between the two renames that this takes, it is missing for a moment. A link at `to`
 * is replaced, not followed: what was trusted is that path, not wherever somebody lets it lead.
 *
 * `now` (milliseconds since the epoch) tells what a killed deployment left long ago; it is erased.
 *
 * Throws `not-found` (`deploy.from`), `invalid`, `conflict`, `disk-full`, `unavailable` (`deploy.to`), `cancelled`.
 */
export async function deploy(
  steps: readonly DeployStep[],
  signal: AbortSignal,
  system: NodeJS.Platform = process.platform,
  now: number = Date.now(),
): Promise<void> {
  const staged: Staged[] = [];
  try {
    for (const step of steps) {
      throwIfCancelled(signal);
      await stage(step, staged, { signal, now });
    }
    throwIfCancelled(signal);
    for (const one of staged) await putInPlace(one, system);
  } finally {
    await Promise.all(staged.map(({ aside }) => erase(aside)));
  }
}

async function stage(
  step: DeployStep,
  staged: Staged[],
  { signal, now }: { readonly signal: AbortSignal; readonly now: number },
): Promise<void> {
  const { from, to } = step;
  const source = await sourceOf(from);
  const isFolder = source.isDirectory();
  try {
    await makeFolders(dirname(to));
    await requireFit(step, isFolder);
    await eraseLeftovers(to, now - leftoverMs);
  } catch (error) {
    throw targetError(error, to);
  }
  const aside = asideOf(to);
  staged.push({ step, aside, isFolder });
  try {
    if (isFolder) {
      const filter = (): boolean => !signal.aborted;
      await cp(from, aside, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE, filter });
    } else {
      await copyFile(from, aside, constants.COPYFILE_FICLONE);
    }
    throwIfCancelled(signal);
    await chmod(aside, source.mode & 0o7777);
  } catch (error) {
    throw targetError(error, to);
  }
}

async function sourceOf(from: string): Promise<Stats> {
  try {
    const source = await stat(from);
    await access(from, constants.R_OK);
    if (source.isFile() || source.isDirectory()) return source;
  } catch (error) {
    const errno = errnoOf(error);
    const why = errno === 'ENOENT' || errno === 'ENOTDIR' ? 'the build did not make it' : messageOf(error);
    throw new DevyardError('not-found', `${from} cannot be deployed: ${why}.`, {
      field: 'deploy.from',
      hint: 'Let deploy.from name what the build command writes.',
      cause: error,
    });
  }
  throw new DevyardError('invalid', `${from} cannot be deployed: it is neither a file nor a folder.`, {
    field: 'deploy.from',
    hint: 'Let deploy.from name what the build command writes.',
  });
}

/** Nothing is replaced by something of another kind, and no folder by one that it holds or lies in. */
async function requireFit({ from, to }: DeployStep, isFolder: boolean): Promise<void> {
  const parent = await realpath(dirname(to));
  const [realFrom, realTo] = [await realpath(from), join(parent, basename(to))];
  if (isWithin(realFrom, realTo) || isWithin(realTo, realFrom)) {
    throw new DevyardError('invalid', `${from} cannot be deployed to ${to}: one is, or lies in, the other.`, {
      field: 'deploy.to',
      hint: 'Let deploy.to name another place than what the build writes.',
    });
  }
  const target = await lstat(to).catch(() => undefined);
  if (target === undefined || target.isSymbolicLink() || target.isDirectory() === isFolder) return;
  const [old, made] = isFolder ? ['no folder', 'a folder'] : ['a folder', 'a file'];
  throw new DevyardError('conflict', `${to} is ${old}, but the build made ${made}.`, {
    field: 'deploy.to',
    hint: `Move ${to} away, or let deploy.to name what shall be replaced.`,
  });
}

async function putInPlace({ step: { to }, aside, isFolder }: Staged, system: NodeJS.Platform): Promise<void> {
  try {
    if (isFolder) await swap(aside, to);
    else await replace(aside, to, system);
  } catch (error) {
    throw targetError(error, to);
  }
}

async function replace(aside: string, to: string, system: NodeJS.Platform): Promise<void> {
  try {
    await rename(aside, to);
  } catch (error) {
    // Windows lets nobody replace a program that runs, but lets its file be renamed.
    if (system !== 'win32' || !['EPERM', 'EACCES', 'EBUSY'].includes(errnoOf(error) ?? '')) throw error;
    await swap(aside, to);
  }
}

/** Moves what is there away, and back when its successor cannot be put there. */
async function swap(aside: string, to: string): Promise<void> {
  const old = asideOf(to);
  const moved = await rename(to, old).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(aside, to);
  } catch (error) {
    if (moved) await rename(old, to);
    throw error;
  }
  await erase(old);
}

/** Hidden, so that no watch and no glob takes it for the thing itself. */
function asideOf(to: string): string {
  return join(dirname(to), `.${basename(to)}.${randomUUID()}.deploying`);
}

const asideEnd = /^\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.deploying$/;

async function eraseLeftovers(to: string, before: number): Promise<void> {
  const start = `.${basename(to)}`;
  for (const name of await readdir(dirname(to))) {
    if (!name.startsWith(start) || !asideEnd.test(name.slice(start.length))) continue;
    const path = join(dirname(to), name);
    const entry = await lstat(path).catch(() => undefined);
    // ctime: a copied folder, and what was moved aside, may have the times of long ago.
    if (entry !== undefined && entry.ctimeMs < before) await erase(path);
  }
}

/** As well as it can be done: the next deployment tries again. */
async function erase(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
}

function isWithin(outer: string, path: string): boolean {
  const way = relative(outer, path);
  return !isAbsolute(way) && way.split(/[/\\]/)[0] !== '..';
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new DevyardError('cancelled', 'The deployment was cancelled.', { cause: signal.reason });
}

function targetError(error: unknown, to: string): DevyardError {
  const known = diskError(error, to);
  if (!(known instanceof DevyardError)) {
    return new DevyardError('unavailable', `Nothing can be deployed to ${to}: ${messageOf(error)}.`, {
      field: 'deploy.to',
      hint: 'What was there before is still there. Choose another deploy.to, or free that one.',
      cause: error,
    });
  }
  if (known.field !== undefined || known.code === 'cancelled') return known;
  const { code, message, hint, cause } = known;
  return new DevyardError(code, message, { ...(hint === undefined ? {} : { hint }), field: 'deploy.to', cause });
}
