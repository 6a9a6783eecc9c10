import { constants } from 'node:fs';
import { cp, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { extractArchive } from '../shared/archives/extract.ts';
import { eraseLeftovers, fillFolder } from '../shared/asideFolder.ts';
import { DevyardError, errnoOf } from '../shared/errors.ts';
import { withFieldNames } from '../shared/fieldNames.ts';
import { diskError, requireFolder } from '../shared/files.ts';
import { cloneRepository } from '../shared/git/clone.ts';
import type { JobWork } from '../shared/jobs/types.ts';
import type { WorkspacePlan } from './workspacePlan.ts';

export interface WorkspaceWork extends Pick<JobWork, 'signal' | 'step'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What git says, line by line. */
  readonly onLine: (line: string) => void;
}

/**
 * Fills a folder that Devyard made. The files appear all at once, or not at all; filling it again after a kill changes
 * nothing. Rejects `invalid`, `conflict`, `unavailable`, `disk-full`, `cancelled`.
 */
export async function fillWorkspace(folder: string, plan: WorkspacePlan, work: WorkspaceWork): Promise<void> {
  if (plan.type === 'none' || (await isFilled(folder))) return;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw diskError(error, folder);
  });
  await eraseLeftovers(dirname(folder));
  await fillFolder(folder, (aside) => fill(aside, plan, work));
}

async function fill(into: string, plan: Exclude<WorkspacePlan, { type: 'none' }>, work: WorkspaceWork): Promise<void> {
  const { signal, step, env, onLine } = work;
  switch (plan.type) {
    case 'archive':
      step(`unpacking ${plan.name}`);
      await extractArchive(plan.file, into, {
        signal,
        name: plan.name,
        kinds: plan.kinds,
        field: plan.uploaded ? 'zip_file' : 'source.path',
        onProgress: ({ entries, total }) =>
          step(`unpacking ${plan.name}: ${String(entries)} entries`, total === undefined ? null : entries / total),
      });
      return;
    case 'git':
      step('cloning');
      await withFieldNames({ url: 'source.url', branch: 'source.branch' }, () =>
        cloneRepository({
          url: plan.url,
          ...(plan.branch === undefined ? {} : { branch: plan.branch }),
          into,
          env,
          signal,
          onLine,
          onProgress: (progress) => step(`cloning: ${lowerFirst(progress.step)}`, progress.fraction),
        }),
      );
      return;
    case 'copy':
      step(`copying ${basename(plan.folder)}`);
      await requireFolder(plan.folder, 'id');
      await copyFolder(plan.folder, into, signal);
  }
}

/** Copies what is in a folder, if there is one, links as links; shares the blocks of files where the file system can. */
export async function copyFolder(from: string, into: string, signal: AbortSignal): Promise<void> {
  try {
    for (const name of await namesIn(from)) {
      await cp(`${from}/${name}`, `${into}/${name}`, {
        recursive: true,
        verbatimSymlinks: true,
        preserveTimestamps: true,
        mode: constants.COPYFILE_FICLONE,
        filter: async (path) => {
          signal.throwIfAborted();
          const entry = await lstat(path);
          // A socket or pipe means nothing to another server, and cannot be copied.
          return entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
        },
      });
    }
  } catch (error) {
    signal.throwIfAborted();
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, into);
    throw new DevyardError('folder-missing', `Something in ${from} went away while it was copied.`, {
      hint: 'Try again when nobody changes or deletes it.',
      cause: error,
    });
  }
}

async function isFilled(folder: string): Promise<boolean> {
  return (await namesIn(folder)).length > 0;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Throws `conflict` unless there is nothing in the folder: what somebody put there is never covered. */
export async function requireEmpty(folder: string): Promise<void> {
  if (!(await isFilled(folder))) return;
  throw new DevyardError('conflict', `${folder} is not empty.`, {
    hint: 'Create another code-server from it, or empty the folder first.',
  });
}

/** Erases an archive that was uploaded for one job only. */
export async function eraseUpload(plan: WorkspacePlan): Promise<void> {
  if (plan.type === 'archive' && plan.uploaded) await rm(plan.file, { force: true });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
