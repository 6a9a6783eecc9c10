import type { BuildProblem } from '../plan.ts';

/** A problem as the tool wrote it: `file` is not resolved yet, and empty where there is none. */
export interface Found {
  readonly file: string;
  /** From 1, as is the column; 0 where the tool named none. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly severity: BuildProblem['severity'];
  readonly code?: string;
}

/**
 * How one tool writes its problems, line by line. Pure: a state is replaced, never changed. Lines come without control
 * sequences and are at most `longestLine` long; every regular expression must be linear in that.
 */
export interface Grammar<State> {
  readonly start: State;
  readonly next: (state: State, line: string) => Step<State>;
  /** What was still open when the output ended. */
  readonly end: (state: State) => readonly Found[];
}

export interface Step<State> {
  readonly state: State;
  readonly found: readonly Found[];
}

/** A grammar in the middle of a stream, its state hidden. */
export interface Reading {
  line(text: string): readonly Found[];
  end(): readonly Found[];
}

export function read<State>({ start, next, end }: Grammar<State>): Reading {
  let state = start;
  return {
    line: (text) => {
      const step = next(state, text);
      ({ state } = step);
      return step.found;
    },
    end: () => end(state),
  };
}

/** A message is not continued beyond this, whatever a tool prints below it. */
const mostLines = 20;

/** The problem with one more line in its message. */
export function continued(found: Found, line: string): Found {
  return found.message.split('\n').length < mostLines ? { ...found, message: `${found.message}\n${line}` } : found;
}

/** A line or column number that editors can use; 0 for one that no file can have. */
export function numberOf(digits: string | undefined): number {
  const number = Number(digits ?? 0);
  return number <= 0x7f_ff_ff_ff ? number : 0;
}

export function severityOf(word: string): Found['severity'] {
  return /^(?:warn|info|note|hint|suggest|style|convention|refactor|w$|i$)/i.test(word) ? 'warning' : 'error';
}

/** `{ code }`, or nothing where there is none. */
export function codeOf(code: string | undefined): { readonly code?: string } {
  return code === undefined || code === '' ? {} : { code };
}
