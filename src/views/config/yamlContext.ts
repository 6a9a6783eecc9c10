import { isEmpty, readLine, unquoted, type YamlLine } from './yamlLine.ts';

/** One step from the top of the file: the key of a mapping, or `[]` for an entry of a list. */
export type YamlPath = readonly string[];

/** Where the cursor stands in a YAML text. */
export interface YamlContext {
  /**
   * `key`: at the place of a key, or of a plain entry of a list, in what `path` names.
   * `value`: behind the colon of the key that `path` ends with, or inside of its `[…]` (then it ends with `[]`).
   */
  readonly kind: 'key' | 'value';
  readonly path: YamlPath;
  /** What stands before the cursor already, and the column where it begins, from 0. */
  readonly word: string;
  readonly start: number;
  /** Keys, or entries of the list, that are there already. */
  readonly siblings: readonly string[];
}

interface Level {
  /** From 0: where the dash or the key begins. */
  readonly column: number;
  readonly step: string;
  /** Nothing can be below a key that has its value on its own line. */
  readonly closed: boolean;
}

const blockScalar = /^(?:[&!]\S+ +)*[|>][-+0-9]*\s*$/;

/**
 * Where the cursor is, by indentation alone, so that it works in a text that is just being written and no YAML yet. Line and
 * character count from 0. Undefined where nothing can be completed: in comments, in block scalars, in `{…}`. Never throws.
 */
export function contextAt(lines: readonly string[], line: number, character: number): YamlContext | undefined {
  const whole = lines[line] ?? '';
  const before = whole.slice(0, Math.max(0, character));
  const here = readLine(before);
  if (here.comment || before.includes('\t')) return undefined;
  const stack = stackAbove(lines, line, here);
  if (stack === undefined) return undefined;
  const path = stack.map(({ step }) => step);
  if (here.key !== undefined) {
    const { key, value, valueColumn } = here.key;
    return valueContext([...path, key], value, valueColumn, whole.slice(before.length));
  }
  if (stack.at(-1)?.closed === true || /^[[\]{}|>&*!%@`]/.test(here.text)) return undefined;
  return {
    kind: 'key',
    path,
    word: here.text.replace(/^["']/, ''),
    start: here.column,
    siblings: siblingsOf(lines, line, here),
  };
}

function valueContext(path: YamlPath, value: string, start: number, after: string): YamlContext | undefined {
  if (!value.startsWith('[')) {
    if (/^[{|>&*!%@`]/.test(value)) return undefined;
    return { kind: 'value', path, word: value.replace(/^["']/, ''), start, siblings: [] };
  }
  const entries = value.slice(1).split(',');
  const last = entries.pop() ?? '';
  if (/[[\]{}]/.test(value.slice(1))) return undefined;
  const later = (/^[^\]]*/.exec(after)?.[0] ?? '').split(',').slice(1);
  const word = last.trimStart();
  const siblings = [...entries, ...later].map((entry) => unquoted(entry.trim())).filter((entry) => entry !== '');
  const column = start + value.length - word.length;
  return { kind: 'value', path: [...path, '[]'], word: word.replace(/^["']/, ''), start: column, siblings };
}

/** The keys directly below a key at the top of the file. */
export function keysBelow(lines: readonly string[], topKey: string): readonly string[] {
  const keys: string[] = [];
  let column: number | undefined;
  let inside = false;
  for (const { key } of lines.map(readLine)) {
    if (key?.column === 0) inside = key.key === topKey;
    else if (inside && key !== undefined) {
      column ??= key.column;
      if (key.column === column) keys.push(key.key);
    }
  }
  return keys;
}

/** The key that stands at a place, with the path that ends with it, and the columns it takes from `start` to `end`. */
export function keyAt(
  lines: readonly string[],
  line: number,
  character: number,
): { readonly path: YamlPath; readonly start: number; readonly end: number } | undefined {
  const here = readLine(lines[line] ?? '');
  const { key } = here;
  if (key === undefined || character < key.column || character > key.end) return undefined;
  const stack = stackAbove(lines, line, here);
  return stack && { path: [...stack.map(({ step }) => step), key.key], start: key.column, end: key.end };
}

/** What a line is inside of, its own dashes included; undefined in a block scalar, whose lines only look like keys. */
function stackAbove(lines: readonly string[], line: number, here: YamlLine): Level[] | undefined {
  const stack: Level[] = [];
  let scalar: number | undefined;
  for (const text of lines.slice(0, line)) {
    const read = readLine(text);
    const first = read.dashes[0] ?? read.column;
    if (text.trim() === '' || (scalar !== undefined && first > scalar)) continue;
    scalar = undefined;
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(text)) stack.length = 0;
    for (const column of read.dashes) push(stack, { column, step: '[]', closed: false });
    const { key } = read;
    if (key !== undefined) {
      push(stack, { column: key.column, step: key.key, closed: key.value !== '' && !/^[&!]\S*$/.test(key.value) });
    }
    if (blockScalar.test(key?.value ?? read.text)) scalar = key?.column ?? read.dashes.at(-1);
  }
  if (scalar !== undefined && (here.dashes[0] ?? here.column) > scalar) return undefined;
  for (const column of here.dashes) push(stack, { column, step: '[]', closed: false });
  while ((stack.at(-1)?.column ?? -1) >= here.column) stack.pop();
  return stack;
}

/** A key ends what is as deep as it; a dash may stand right below the key whose list it belongs to. */
function push(stack: Level[], level: Level): void {
  for (let top = stack.at(-1); top !== undefined && top.column >= level.column; top = stack.at(-1)) {
    if (top.column === level.column && level.step === '[]' && top.step !== '[]') break;
    stack.pop();
  }
  stack.push(level);
}

/** Keys of the same mapping, and plain entries of the same list, above and below. */
function siblingsOf(lines: readonly string[], line: number, here: YamlLine): readonly string[] {
  const dash = here.dashes.at(-1);
  const above = lines.slice(0, line).map(readLine).toReversed();
  const below = lines.slice(line + 1).map(readLine);
  // The keys above the dash belong to another entry.
  const keys = [
    ...(dash === undefined ? keysBeside(above, here.column, true) : []),
    ...keysBeside(below, here.column, false),
  ];
  return dash === undefined ? keys : [...keys, ...entriesBeside(above, dash), ...entriesBeside(below, dash)];
}

/** Going up, the line that the mapping begins on may be that of a dash; going down, a dash begins another mapping. */
function keysBeside(lines: readonly YamlLine[], column: number, upwards: boolean): string[] {
  const keys: string[] = [];
  for (const read of lines) {
    if (isEmpty(read)) continue;
    const outside = (read.dashes[0] ?? read.column) < column;
    if (read.key?.column === column && (upwards || !outside)) keys.push(read.key.key);
    if (outside) break;
  }
  return keys;
}

function entriesBeside(lines: readonly YamlLine[], dash: number): string[] {
  const entries: string[] = [];
  for (const read of lines) {
    if (isEmpty(read)) continue;
    const first = read.dashes[0] ?? read.column;
    if (first < dash || (first === dash && read.dashes.length === 0)) break;
    if (first === dash && read.key === undefined) entries.push(unquoted(read.text.trim()));
  }
  return entries;
}
