import { codeOf, type Found, type Grammar, numberOf, severityOf } from './grammar.ts';

/**
 * ESLint's formatters: *stylish* (a line with the file, then an aligned table of `line:column  severity  message  rule`),
 * *unix* (`file:line:column: message [Error/rule]`) and *compact* (`file: line 1, col 2, Error - message (rule)`). A parser's
 * error has no rule. State: the file whose table is being read.
 */
type State = string;

const row = /^\s+(\d+):(\d+) +(error|warning) +(\S.*)$/;
const unixPlace = /^(\S.*?):(\d+):(\d+): (.+)$/;
const unixEnd = /^ \[(Error|Warning)(?:\/(\S+))?\]$/;
const compact = /^(\S.*?): line (\d+), col (\d+), (Error|Warning) - (.+)$/;
const ruleName = /^[@\w][\w@/.-]*$/;

export const eslintGrammar: Grammar<State> = {
  start: '',
  next: (file, line) => {
    const [, lineNumber, column, severity = '', text = ''] = row.exec(line) ?? [];
    if (lineNumber !== undefined) {
      const named = { file, line: numberOf(lineNumber), column: numberOf(column), severity: severityOf(severity) };
      return { state: file, found: file === '' ? [] : [{ ...named, ...splitRow(text) }] };
    }
    const single = unixProblem(line) ?? compactProblem(line);
    if (single !== undefined) return { state: '', found: [single] };
    return { state: /^\S/.test(line) ? line.trim() : '', found: [] };
  },
  end: () => [],
};

/** The rule is in the last column, at least two spaces from the message. */
function splitRow(text: string): Pick<Found, 'message' | 'code'> {
  const row = text.trimEnd();
  const gap = row.lastIndexOf('  ');
  const rule = row.slice(gap + 2);
  return gap > 0 && ruleName.test(rule) ? { message: row.slice(0, gap).trimEnd(), code: rule } : { message: row };
}

function unixProblem(line: string): Found | undefined {
  const end = line.lastIndexOf(' [');
  if (end < 0) return undefined;
  const [, severity, rule] = unixEnd.exec(line.slice(end)) ?? [];
  const [, file, lineNumber, column, message = ''] = unixPlace.exec(line.slice(0, end)) ?? [];
  if (severity === undefined || file === undefined) return undefined;
  return {
    ...placeIn(file, lineNumber, column),
    message: message.trim(),
    severity: severityOf(severity),
    ...codeOf(rule),
  };
}

function compactProblem(line: string): Found | undefined {
  const [, file, lineNumber, column, severity = '', text = ''] = compact.exec(line) ?? [];
  if (file === undefined) return undefined;
  const end = text.lastIndexOf(' (');
  const rule = end > 0 && text.endsWith(')') ? text.slice(end + 2, -1) : '';
  const parts = ruleName.test(rule) ? { message: text.slice(0, end).trim(), code: rule } : { message: text.trim() };
  return { ...placeIn(file, lineNumber, column), severity: severityOf(severity), ...parts };
}

function placeIn(
  file: string,
  line: string | undefined,
  column: string | undefined,
): Pick<Found, 'file' | 'line' | 'column'> {
  return { file, line: numberOf(line), column: numberOf(column) };
}
