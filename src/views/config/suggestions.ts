import { type JsonSchema, schemaAt } from './jsonSchema.ts';
import { contextAt, keyAt, keysBelow, type YamlPath } from './yamlContext.ts';

/** Something that can be written where the cursor is. */
export interface Suggestion {
  readonly kind: 'key' | 'value' | 'group';
  readonly label: string;
  /** In the syntax of VS Code's snippets. */
  readonly snippet: string;
  readonly detail: string;
  readonly documentation: string;
  /** Required keys first, then as the schema has them. */
  readonly order: string;
  /** Column from which on the line is replaced, up to the cursor; from 0. */
  readonly start: number;
}

const groupLists = new Set(['default_extension_groups', 'extensions_groups']);

/** What the schema allows where the cursor is, without what is there already. Line and character count from 0. */
export function suggestionsAt(
  root: JsonSchema,
  lines: readonly string[],
  line: number,
  character: number,
): readonly Suggestion[] {
  const context = contextAt(lines, line, character);
  if (context === undefined) return [];
  const { path, start } = context;
  const schema = schemaAt(root, path);
  if (schema === undefined) return [];
  const there = new Set(context.siblings);
  const values = valuesOf(root, schema, path, lines).filter(({ label }) => !there.has(label));
  if (context.kind === 'value') return values.map((value) => ({ ...value, start }));
  // At the place of a key there can be a value only where it is an entry of a list.
  const keys = keysOf(schema).filter(({ label }) => !there.has(label));
  return [...keys, ...(path.at(-1) === '[]' ? values : [])].map((suggestion) => ({ ...suggestion, start }));
}

/** What the key at a place means, as Markdown; columns from 0. */
export function descriptionAt(
  root: JsonSchema,
  lines: readonly string[],
  line: number,
  character: number,
): { readonly markdown: string; readonly start: number; readonly end: number } | undefined {
  const key = keyAt(lines, line, character);
  const schema = key && schemaAt(root, key.path);
  if (key === undefined || schema?.description === undefined) return undefined;
  return { markdown: documentationOf(schema), start: key.start, end: key.end };
}

type Draft = Omit<Suggestion, 'start'>;

function keysOf(schema: JsonSchema): readonly Draft[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).map(([key, property], index) => ({
    kind: 'key',
    label: key,
    snippet: `${key}:${bodyOf(property)}`,
    detail: detailOf(property),
    documentation: documentationOf(property),
    order: `${required.has(key) ? '0' : '1'}${String(index).padStart(3, '0')}`,
  }));
}

function bodyOf(schema: JsonSchema): string {
  // What may be written in several ways is for the person to begin.
  if (schema.anyOf !== undefined) return ' $0';
  const choices = choicesOf(schema);
  if (choices.length > 0) return ` \${1|${choices.map(escapedChoice).join(',')}|}`;
  switch (schema.type) {
    case 'object':
      return '\n  $0';
    case 'array': {
      const [first] = schema.items?.required ?? [];
      return first === undefined ? '\n  - $0' : `\n  - ${first}: $0`;
    }
    case 'integer':
    case 'number':
      return ` \${1:${JSON.stringify(schema.default ?? schema.minimum ?? 1)}}`;
    case undefined:
    default:
      return ' $0';
  }
}

function valuesOf(root: JsonSchema, schema: JsonSchema, path: YamlPath, lines: readonly string[]): readonly Draft[] {
  if (path.at(-1) === '[]' && groupLists.has(path.at(-2) ?? '')) return groupsOf(root, lines);
  const choices = choicesOf(schema);
  const plain = choices.length > 0 ? choices : schema.default === '' ? [] : [schema.default].filter(isScalar);
  return plain.map((value, index) => ({
    kind: 'value',
    label: String(value),
    snippet: escaped(String(value)),
    detail: String(value) === JSON.stringify(schema.default)?.replaceAll('"', '') ? 'Default' : '',
    documentation: documentationOf(schema),
    order: String(index).padStart(3, '0'),
  }));
}

/** Groups that the file defines; where it defines none, the built-in ones, which the schema names as examples. */
function groupsOf(root: JsonSchema, lines: readonly string[]): readonly Draft[] {
  const own = keysBelow(lines, 'extension_groups');
  const builtIn = schemaAt(root, ['ui', 'default_extension_groups', '[]'])?.examples ?? [];
  return (own.length > 0 ? own : builtIn.map(String)).map((key, index) => ({
    kind: 'group',
    label: key,
    snippet: escaped(key),
    detail: own.length > 0 ? '' : 'Built-in group',
    documentation: '',
    order: String(index).padStart(3, '0'),
  }));
}

/** Examples of a fixed choice leave out spellings that are only understood for the sake of old files. */
function choicesOf({ type, enum: all, examples }: JsonSchema): readonly string[] {
  if (type === 'boolean') return ['true', 'false'];
  return all === undefined ? [] : (examples ?? all).map(String);
}

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

function detailOf({ type, minimum, maximum }: JsonSchema): string {
  const range = minimum === undefined || maximum === undefined ? '' : ` ${String(minimum)}–${String(maximum)}`;
  return `${type ?? ''}${range}`;
}

function documentationOf({ description = '', default: standard }: JsonSchema): string {
  const shown =
    standard === undefined || standard === '' || (JSON.stringify(standard).length < 3 && typeof standard === 'object');
  return shown ? description : `${description}\n\nDefault: \`${JSON.stringify(standard)}\``;
}

const escaped = (text: string): string => text.replaceAll(/[\\$}]/g, String.raw`\$&`);
const escapedChoice = (text: string): string => text.replaceAll(/[\\$},|]/g, String.raw`\$&`);
