import { DevyardError, messageOf } from '../../shared/errors.ts';
import type { ProcessExit } from '../../shared/processes/types.ts';
import type { ProcessFailure } from '../model.ts';

const shownCharacters = 500;

/** How much of its output a failure tells. */
export const shownLines = 20;

/** Lines as they are shown with a failure. */
function shown(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line));
}

export function isClean(exit: ProcessExit): boolean {
  return exit.kind === 'exited' && exit.exitCode === 0;
}

export function exitText(exit: ProcessExit, wasReady: boolean): string {
  if (exit.kind === 'vanished') return 'it ended; its exit code is unknown because an earlier daemon had started it';
  const how =
    exit.signal === null ? `it ended with exit code ${String(exit.exitCode)}` : `it was ended by ${exit.signal}`;
  return wasReady ? how : `${how} before it was ready`;
}

export interface Circumstances {
  readonly at: number;
  readonly lines: readonly string[];
  readonly attempt: number;
}

export function failureOfExit(
  exit: ProcessExit,
  reason: string,
  { at, lines, attempt }: Circumstances,
): ProcessFailure {
  return {
    at,
    reason,
    hint: 'Read its log, then start it again.',
    exitCode: exit.kind === 'exited' ? exit.exitCode : null,
    signal: exit.kind === 'exited' ? exit.signal : null,
    lastLines: shown(lines),
    attempt,
  };
}

/** What kept it from being started, or from being stopped. */
export function failureOfError(error: unknown, { at, lines, attempt }: Circumstances): ProcessFailure {
  const hint = error instanceof DevyardError ? error.hint : undefined;
  return { at, reason: messageOf(error), hint, exitCode: null, signal: null, lastLines: shown(lines), attempt };
}
