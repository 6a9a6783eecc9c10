import { DevyardError, messageOf } from '../shared/errors.ts';
import { DokployFailure } from './api/failure.ts';
import type { Facts } from './workspaceState.ts';

/** Lines of a log that a failure is shown with. */
const shownLines = 20;

/**
 * What work that failed leaves of a workspace, besides what asking for its tasks tells. Where Dokploy did not answer, nobody
 * knows how the workspace stands; unless it was never made.
 */
export function outcomeOf(
  error: unknown,
  { isMade, isCancelled }: { readonly isMade: boolean; readonly isCancelled: boolean },
): Facts['outcome'] {
  if (isCancelled) {
    if (isMade) return { status: 'unverified', reason: 'What was done to it was cancelled.' };
    return failed('Its creation was cancelled.', 'Delete it; or redeploy it, which finishes the creation.');
  }
  const hint = error instanceof DevyardError ? error.hint : undefined;
  const [reason = '', ...lines] = messageOf(error).split('\n');
  if (isMade && error instanceof DokployFailure) return { status: 'unverified', reason };
  return failed(reason, hint, lines);
}

function failed(reason: string, hint: string | undefined, lines: readonly string[] = []): Facts['outcome'] {
  return {
    status: 'failed',
    reason,
    ...(hint === undefined ? {} : { hint }),
    lastLines: lines.filter((line) => line.trim() !== '').slice(-shownLines),
  };
}
