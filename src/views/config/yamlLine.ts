/** One line of YAML, looked at by itself. Columns count from 0. */
export interface YamlLine {
  /** Where the dashes of list entries stand. */
  readonly dashes: readonly number[];
  /** Where the text behind indentation and dashes begins. */
  readonly column: number;
  /** That text, without the comment. */
  readonly text: string;
  /** A comment has begun. */
  readonly comment: boolean;
  readonly key: YamlKey | undefined;
}

export interface YamlKey {
  readonly column: number;
  /** Behind the last character of the key, quotes included. */
  readonly end: number;
  readonly key: string;
  /** What stands behind the colon on this line. */
  readonly value: string;
  readonly valueColumn: number;
}

const keyPattern = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'[\]{},:]+(?: [^\s#:]+)*) ?:(?=\s|$)/;
/** A longer line has no key that matters here; matching it would take its time. */
const longest = 1000;

/** Never throws. A line without anything has its length as column: that is where a cursor in it stands. */
export function readLine(line: string): YamlLine {
  const dashes: number[] = [];
  let column = line.length - line.trimStart().length;
  for (;;) {
    const dash = /^-(?: +|$)/.exec(line.slice(column, column + longest));
    if (dash === null) break;
    dashes.push(column);
    column += dash[0].length;
  }
  const text = withoutComment(line.slice(column));
  return { dashes, column, text, comment: column + text.length < line.length, key: keyOf(text, column) };
}

export const isEmpty = ({ dashes, text }: YamlLine): boolean => text.trim() === '' && dashes.length === 0;

/** Takes the quotes off; escapes stay as they are. */
export function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

function keyOf(text: string, column: number): YamlKey | undefined {
  const found = keyPattern.exec(text.slice(0, longest));
  if (found === null) return undefined;
  const [all, name = ''] = found;
  const rest = text.slice(all.length);
  const value = rest.trimStart();
  const valueColumn = column + text.length - value.length;
  return { column, end: column + name.length, key: unquoted(name), value, valueColumn };
}

function withoutComment(text: string): string {
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index] ?? '';
    const before = text[index - 1] ?? ' ';
    if (quote !== '') {
      if (letter === quote) quote = '';
      else if (letter === '\\' && quote === '"') index += 1;
    } else if (letter === '#' && /\s/.test(before)) return text.slice(0, index);
    else if (/["']/.test(letter) && /[\s[{,:]/.test(before)) quote = letter;
  }
  return text;
}
