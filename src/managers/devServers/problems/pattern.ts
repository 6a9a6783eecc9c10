import { DevyardError, messageOf } from '../../shared/errors.ts';
import { codeOf, type Found, type Grammar, numberOf, severityOf } from './grammar.ts';
import { automatonOf, Unfit } from './patternAutomaton.ts';
import { costOf } from './patternCost.ts';
import { shapeOf } from './patternShape.ts';

/**
 * Twice the length of a line may take four times as long, as it does for `\s*(.+)`; with lines bounded that is some
 * milliseconds at worst. The next degree would be minutes.
 */
const mostDegree = 1;
const longestPattern = 2000;

/**
 * Checks a person's own problem pattern. Throws `invalid` with the field `pattern`, as `checkLinePattern` does, and also when it
 * has no group `message`.
 */
export function checkPattern(pattern: string): void {
  checkLinePattern(pattern);
  if (groupsOf(compiled(pattern)).has('message')) return;
  throw refused('has no group named “message”', 'Put (?<message>…) around what is to be shown of a line.');
}

/**
 * Checks a pattern that lines of output are matched with. Throws `invalid` with the field `pattern`: it is no regular
 * expression, or could take so long on an unlucky line that the daemon stood still. The pattern itself is not in the error,
 * because an expanded one may hold a secret.
 */
export function checkLinePattern(pattern: string): void {
  if (pattern.length > longestPattern) {
    throw refused(`is longer than ${String(longestPattern)} characters`, 'Use several patterns.');
  }
  void compiled(pattern);
  const slow = slowness(pattern);
  if (slow === undefined) return;
  throw refused(
    slow,
    'Begin it with ^, and say more exactly what is repeated: [^:]+ in place of .+ before a colon, no + within a +.',
  );
}

/** Reads lines that a pattern matches; groups that it has not, or that took no part, are left empty. Throws as `checkPattern`. */
export function patternGrammar(pattern: string): Grammar<null> {
  checkPattern(pattern);
  const expression = compiled(pattern);
  return {
    start: null,
    next: (state, line) => {
      const groups = expression.exec(line)?.groups;
      return { state, found: groups === undefined ? [] : [problemIn(groups, line)] };
    },
    end: () => [],
  };
}

function problemIn(groups: Readonly<Record<string, string | undefined>>, line: string): Found {
  const { file, line: lineNumber, column, message, severity, code } = groups;
  return {
    file: file ?? '',
    line: positionOf(lineNumber),
    column: positionOf(column),
    message: message?.trim() || line.trim(),
    severity: severityOf(severity ?? 'error'),
    ...codeOf(code?.trim()),
  };
}

/** A group may match anything; only a number is a position. */
function positionOf(text: string | undefined): number {
  return /^\d+$/.test(text ?? '') ? numberOf(text) : 0;
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    // “Invalid regular expression: /PATTERN/: Unterminated group”
    const why = messageOf(error).split(': ').at(-1) ?? '';
    throw refused(`is no regular expression (${why})`, 'Correct it; it is written as in JavaScript, without slashes.');
  }
}

/** The engine itself says which groups there are: with an empty alternative, every text matches. */
function groupsOf({ source }: RegExp): ReadonlySet<string> {
  return new Set(Object.keys(new RegExp(`${source}|`).exec('')?.groups ?? {}));
}

function slowness(pattern: string): string | undefined {
  try {
    const { shape, everything } = shapeOf(pattern);
    const cost = costOf(automatonOf(shape, everything));
    if (cost.type === 'exponential')
      return 'can take practically for ever on some lines: a part of it can match the same text in many ways';
    return cost.degree > mostDegree
      ? 'can take minutes on a long line: several parts of it can match the same text'
      : undefined;
  } catch (error) {
    if (error instanceof Unfit) return `cannot be used, because nobody can say how long it takes: ${error.message}`;
    throw error;
  }
}

function refused(why: string, hint: string): DevyardError {
  return new DevyardError('invalid', `The pattern ${why}.`, { field: 'pattern', hint });
}
