import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../managers/shared/errors.ts';
import type { Job } from '../managers/shared/jobs/types.ts';

/** Erases uploaded archives that a killed daemon left behind, unless a job that goes on still needs one. */
export async function eraseUploads(dir: string, jobs: readonly Job[]): Promise<void> {
  if (jobs.some(({ state }) => state.status === 'running')) return;
  const names = await readdir(dir).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  await Promise.all(names.map((name) => rm(join(dir, name), { force: true })));
}
