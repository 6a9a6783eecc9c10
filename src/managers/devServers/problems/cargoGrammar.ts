import { codeOf, continued, type Found, type Grammar, numberOf, severityOf } from './grammar.ts';

/**
 * Cargo and rustc (recorded from Cargo 1.95): `error[E0308]: text`, then ` --> file:line:column`, then code that is left out;
 * or all in one line with `--message-format short`. Cargo's own errors have no place and may end with a `Caused by:`.
 */
type State =
  | { readonly type: 'idle' }
  /** Lines belong to the message until the place comes. */
  | { readonly type: 'open'; readonly found: Found }
  /** A blank line came; only a cause makes the message longer. */
  | { readonly type: 'ended'; readonly found: Found };

const idle: State = { type: 'idle' };

const head = /^(error|warning)(?:\[([^\]\s]+)\])?: (.+)$/;
const place = /^\s*--> (.+):(\d+):(\d+)$/;
const short = /^(\S.*?):(\d+):(\d+): (error|warning)(?:\[([^\]\s]+)\])?: (.+)$/;
const cause = /^Caused by:$/;
const frame = /^\s*[|=]/;
const progress =
  /^\s*(?:Compiling|Checking|Finished|Building|Running|Fresh|Dirty|Downloading|Downloaded|Updating|Locking|Adding|Blocking|Documenting|Packaging) /;

/** Sums of what was told before. */
const summary =
  /^(?:could not compile |aborting due to |build failed\b|\d+ warnings? emitted|`[^`]*` \([^)]*\) generated \d+ )/;

export const cargoGrammar: Grammar<State> = {
  start: idle,
  next: (state, line) => {
    const opened = begun(line);
    if (opened !== undefined) return { state: opened, found: closed(state) };
    const single = shortProblem(line);
    if (single !== undefined) return { state: idle, found: [...closed(state), single] };
    if (state.type === 'idle') return { state, found: [] };
    const [, file, lineNumber, column] = place.exec(line) ?? [];
    if (file !== undefined && state.type === 'open') {
      return { state: idle, found: [{ ...state.found, file, line: numberOf(lineNumber), column: numberOf(column) }] };
    }
    if (line.trim() === '') return { state: { type: 'ended', found: state.found }, found: [] };
    const over = progress.test(line) || frame.test(line) || (state.type === 'ended' && !cause.test(line));
    if (over) return { state: idle, found: closed(state) };
    return { state: { type: 'open', found: continued(state.found, line.trim()) }, found: [] };
  },
  end: closed,
};

function begun(line: string): State | undefined {
  const [, severity, code, message = ''] = head.exec(line) ?? [];
  if (severity === undefined) return undefined;
  if (summary.test(message)) return idle;
  const text = { message: message.trim(), severity: severityOf(severity), ...codeOf(code) };
  return { type: 'open', found: { file: '', line: 0, column: 0, ...text } };
}

function shortProblem(line: string): Found | undefined {
  const [, file, lineNumber, column, severity = '', code, message = ''] = short.exec(line) ?? [];
  if (file === undefined) return undefined;
  const where = { file, line: numberOf(lineNumber), column: numberOf(column) };
  return { ...where, message: message.trim(), severity: severityOf(severity), ...codeOf(code) };
}

function closed(state: State): readonly Found[] {
  return state.type === 'idle' ? [] : [state.found];
}
