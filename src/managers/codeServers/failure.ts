import { DevyardError, messageOf } from '../shared/errors.ts';
import type { LogEntry } from '../shared/logs/types.ts';
import type { ProcessExit } from '../shared/processes/types.ts';
import type { FailedState } from './model.ts';

export const failureLines = 20;

type Failure = Omit<FailedState, 'status'>;

/** What a person is told about a server that ended without being asked to. */
export function failureOfExit(
  exit: ProcessExit,
  before: 'starting' | 'running',
  lines: readonly LogEntry[],
  at: number,
): Failure {
  const lastLines = lines.flatMap((entry) => (entry.kind === 'line' ? [entry.text] : []));
  const hint = 'Read its log, then start it again.';
  if (exit.kind === 'vanished') {
    return {
      at,
      reason: 'code-server ended; its exit code is unknown because an earlier daemon had started it',
      hint,
      exitCode: null,
      signal: null,
      lastLines,
    };
  }
  const how = exit.signal === null ? `ended with exit code ${String(exit.exitCode)}` : `was ended by ${exit.signal}`;
  const when = before === 'starting' ? ' before it served' : '';
  return { at, reason: `code-server ${how}${when}`, hint, exitCode: exit.exitCode, signal: exit.signal, lastLines };
}

/** What a person is told about a server that could not even be spawned. */
export function failureOfError(error: unknown, at: number): Failure {
  const hint = error instanceof DevyardError ? error.hint : undefined;
  return { at, reason: messageOf(error), hint, exitCode: null, signal: null, lastLines: [] };
}
