import { ApiError } from '../../api/client/transport.ts';
import type { Job } from '../../api/contract/jobs.ts';
import { warn } from '../output.ts';
import { plain } from '../text.ts';
import { type Interrupt, interruptedExitCode } from './interrupt.ts';

/** Says on stderr what did not come of a job that has ended, and `left` (what there is now). Gives the exit code. */
export function reportEnd(job: Job, interrupt: Interrupt, left?: string): number {
  const { items, state, title } = job;
  switch (state.status) {
    case 'running':
    case 'succeeded':
      return 0;
    case 'partial': {
      const failed = items.filter(({ status }) => status === 'failed');
      const lines = failed.map(({ name, message = 'it failed' }) => `  ✗ ${name}: ${plain(message)}`);
      const summary = `${title}: ${String(failed.length)} of ${String(items.length)} failed.`;
      warn([summary, ...lines, ...optional(left), ...optional(state.error.hint)]);
      return 1;
    }
    case 'failed':
      warn([state.error.message, ...optional(state.error.hint), ...optional(left)]);
      return 1;
    case 'cancelled':
      warn([`${title}: cancelled.`, ...optional(left)]);
      return interrupt.signal.aborted ? interruptedExitCode : 1;
  }
}

/** What a job whose end nobody waits for must have been. */
export function newestJob(jobs: readonly Job[], resourceId: string): Job | undefined {
  return jobs.findLast((job) => job.resourceId === resourceId);
}

/** True when an error says that a thing does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'not-found';
}

const optional = (line: string | undefined): readonly string[] => (line === undefined ? [] : [line]);
