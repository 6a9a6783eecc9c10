import {
  createScanner,
  type Node,
  type ParseError,
  type ParseErrorCode,
  parseTree,
  printParseErrorCode,
  type SyntaxKind,
} from 'jsonc-parser';
import { DevyardError } from '../shared/errors.ts';

type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

/** Where a text is not JSON with comments: line and column count from one. */
export class NotSettings extends Error {
  override readonly name = 'NotSettings';
  readonly line: number;
  readonly column: number;

  constructor(what: string, text: string, offset: number) {
    super(what);
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
  }
}

/** As JSON would carry it: without what JSON knows not, and with `__proto__` as a key like any other. */
export function plainPatch(patch: Readonly<Record<string, unknown>>): JsonObject {
  try {
    return JSON.parse(JSON.stringify(patch)) as JsonObject;
  } catch (error) {
    throw new DevyardError('invalid', 'The settings hold something that JSON cannot.', { cause: error });
  }
}

/**
 * A settings text with patches merged into it, in their order. Objects are merged key by key at any depth, anything else is
 * replaced; what has its value already is not touched. Comments, line ends, indentation, trailing commas and everything
 * else stay as they are. Of a key that is there twice the last counts, as in VS Code. Throws `NotSettings`.
 */
export function mergeIntoText(text: string, patches: readonly JsonObject[]): string {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let body = text.slice(bom.length);
  const root = rootOf(body);
  if (patches.every((patch) => Object.keys(patch).length === 0)) return text;
  if (root === undefined) body = withRoot(body);
  let parsed = parse(body);
  for (const patch of patches) parsed = merge(parsed, [], patch);
  return bom + parsed.text;
}

interface Parsed {
  readonly text: string;
  readonly root: Node;
}

function parse(text: string): Parsed {
  const root = rootOf(text);
  if (root === undefined) throw new NotSettings('it is no object', text, 0);
  return { text, root };
}

/** An empty text, and one with comments only, are settings, too. */
function withRoot(body: string): string {
  const gap = body === '' || /[\r\n]$/.test(body) ? '' : eolOf(body);
  return `${body}${gap}{}${eolOf(body)}`;
}

function rootOf(text: string): Node | undefined {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  } catch (error) {
    if (error instanceof RangeError) throw new NotSettings('it is nested too deeply', text, 0);
    throw error;
  }
  const [first] = errors;
  if (first !== undefined) throw new NotSettings(explained(first.error), text, first.offset);
  if (root !== undefined && root.type !== 'object') throw new NotSettings('it is no object', text, root.offset);
  return root;
}

/** `PropertyNameExpected` → `property name expected`. */
function explained(code: ParseErrorCode): string {
  return printParseErrorCode(code)
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
}

/** Merges into the object at a path. Places in the text change with every edit, so it is parsed again after each. */
function merge(parsed: Parsed, path: readonly string[], patch: JsonObject): Parsed {
  let merged = parsed;
  for (const [key, value] of Object.entries(patch)) {
    const object = objectAt(merged, path);
    const property = propertyOf(object, key);
    const node = property?.children?.[1];
    if (property === undefined || node === undefined) merged = parse(insert(merged, object, key, value));
    else if (node.type === 'object' && isObject(value)) merged = merge(merged, [...path, key], value);
    else if (!isSame(node, value)) merged = parse(replace(merged, property, node, value));
  }
  return merged;
}

function objectAt({ text, root }: Parsed, path: readonly string[]): Node {
  let node: Node | undefined = root;
  for (const key of path) node = propertyOf(node, key)?.children?.[1];
  if (node === undefined) throw new NotSettings(`it has no ${path.join(' → ')}`, text, 0);
  return node;
}

function propertyOf(object: Node | undefined, key: string): Node | undefined {
  return object?.children?.findLast(({ children }) => children?.[0]?.value === key);
}

/** In place of a value. Comments inside the old one are kept, above its key. */
function replace(parsed: Parsed, property: Node, { offset, length }: Node, value: Json): string {
  const { text } = parsed;
  const indent = indentAt(text, property.offset);
  const eol = eolOf(text);
  const comments = commentsIn(text, offset, offset + length).map((comment) => `${comment}${eol}${indent}`);
  return (
    text.slice(0, property.offset) +
    comments.join('') +
    text.slice(property.offset, offset) +
    serialised(value, parsed, indent) +
    text.slice(offset + length)
  );
}

/** As the last property of its object, behind all comments that are there. */
function insert(parsed: Parsed, parent: Node, key: string, value: Json): string {
  const { text } = parsed;
  const close = parent.offset + parent.length - 1;
  const last = parent.children?.at(-1);
  const from = last === undefined ? parent.offset + 1 : last.offset + last.length;
  const { comma, end, endsInLineComment } = between(text, from, close);
  const isOneLine =
    last !== undefined &&
    parent.parent !== undefined &&
    !endsInLineComment &&
    !/[\r\n]/.test(text.slice(parent.offset, close));
  const outer = indentAt(text, parent.offset);
  const indent = last === undefined || isOneLine ? outer + unitOf(parsed) : indentAt(text, last.offset);
  const eol = eolOf(text);
  const head = text.slice(0, from) + (last === undefined || comma ? '' : ',') + text.slice(from, end);
  const added = `${JSON.stringify(key)}: ${serialised(value, parsed, indent)}${comma ? ',' : ''}`;
  const tail = text.slice(end);
  if (isOneLine) return `${head} ${added}${tail}`;
  // Behind the new property the bracket stands on a line of its own.
  return `${head}${eol}${indent}${added}${/^\s*[\r\n]/.test(tail) ? tail : eol + outer + tail.trimStart()}`;
}

interface Between {
  readonly comma: boolean;
  /** Behind the last comma or comment. */
  readonly end: number;
  readonly endsInLineComment: boolean;
}

/** What stands from `from` to the closing bracket. */
function between(text: string, from: number, close: number): Between {
  let comma = false;
  let end = from;
  let endsInLineComment = false;
  for (const { kind, start, length } of tokens(text, from, close)) {
    if (kind === tokenKinds.comma) comma = true;
    else if (kind !== tokenKinds.lineComment && kind !== tokenKinds.blockComment) continue;
    end = start + length;
    endsInLineComment = kind === tokenKinds.lineComment;
  }
  return { comma, end, endsInLineComment };
}

function commentsIn(text: string, from: number, to: number): readonly string[] {
  return [...tokens(text, from, to)]
    .filter(({ kind }) => kind === tokenKinds.lineComment || kind === tokenKinds.blockComment)
    .map(({ start, length }) => text.slice(start, start + length));
}

/** The library's enums are constants for its own compiler only. */
const tokenKinds = {
  comma: 5 satisfies SyntaxKind.CommaToken,
  lineComment: 12 satisfies SyntaxKind.LineCommentTrivia,
  blockComment: 13 satisfies SyntaxKind.BlockCommentTrivia,
  end: 17 satisfies SyntaxKind.EOF,
} as const;

interface Token {
  readonly kind: number;
  readonly start: number;
  readonly length: number;
}

function* tokens(text: string, from: number, to: number): Generator<Token> {
  const scanner = createScanner(text);
  scanner.setPosition(from);
  for (;;) {
    const kind: number = scanner.scan();
    const start = scanner.getTokenOffset();
    if (kind === tokenKinds.end || start >= to) return;
    yield { kind, start, length: scanner.getTokenLength() };
  }
}

function serialised(value: Json, parsed: Parsed, indent: string): string {
  return JSON.stringify(value, undefined, unitOf(parsed)).replaceAll('\n', eolOf(parsed.text) + indent);
}

/** The text's first line end decides. */
function eolOf(text: string): string {
  return /\r\n|\n/.exec(text)?.[0] ?? '\n';
}

/** What the line at an offset begins with. */
function indentAt(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** One level of indentation, as the first setting is indented; VS Code's four spaces otherwise. */
function unitOf({ text, root }: Parsed): string {
  const first = root.children?.[0];
  const indent = first === undefined ? '' : indentAt(text, first.offset);
  return indent === '' ? '    ' : indent;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is the one that is written there; the order of keys does not matter. */
function isSame(node: Node, value: Json): boolean {
  if (node.type === 'array') {
    const items = node.children ?? [];
    return (
      Array.isArray(value) &&
      items.length === value.length &&
      items.every((item, index) => isSame(item, (value as readonly Json[])[index] ?? null))
    );
  }
  if (node.type !== 'object') return node.value === value;
  if (!isObject(value)) return false;
  const written = new Map<string, Node | undefined>();
  for (const { children } of node.children ?? []) written.set(String(children?.[0]?.value), children?.[1]);
  const entries = Object.entries(value);
  return (
    written.size === entries.length &&
    entries.every(([key, inner]) => {
      const own = written.get(key);
      return own !== undefined && isSame(own, inner);
    })
  );
}
