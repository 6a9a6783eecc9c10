import { DevyardError, type DevyardErrorCode } from '../errors.ts';
import type { Job } from './types.ts';

/** Throws what made a job fail, for who waited for it. A part that failed is no failure of the whole. */
export function requireSuccess({ state }: Job): void {
  if (state.status === 'cancelled') throw new DevyardError('cancelled', 'It was cancelled.');
  if (state.status !== 'failed') return;
  const { code, message, hint, field } = state.error;
  throw new DevyardError(code as DevyardErrorCode, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(field === undefined ? {} : { field }),
  });
}

/** The newest job of a resource, of jobs in their order. */
export function lastJobOf(jobs: readonly Job[], resourceId: string): Job | undefined {
  return jobs.findLast((job) => job.resourceId === resourceId);
}
