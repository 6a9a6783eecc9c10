import * as z from 'zod';
import { nearest } from '../nearest.ts';
import type { NodePath } from './nodeValue.ts';

/** What is wrong at a place of the file. `ofKey`: it is the key that is wrong, not its value. */
export interface Finding {
  readonly path: NodePath;
  readonly ofKey?: boolean;
  readonly message: string;
}

export const dotted = (path: NodePath): string => path.map(String).join('.');

/** A value as it is quoted in a message: short, on one line, and without the password of an address. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  if (value === null || value === undefined) return 'empty';
  const text = written(value)
    .replaceAll(/\/\/[^/\s]*@/g, '//…@')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  const letters = Array.from(text);
  return `“${letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : text}”`;
}

/** A scalar as it may be written in the file. */
const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What a kind of file says better about a wrong value than the schema's own words; undefined: nothing. */
export type Explain = (path: NodePath, value: unknown) => string | undefined;

/**
 * Puts an issue of the schema into words that name the key, the value and what to write instead. `valueAt` gives what the
 * file says at a path.
 */
export function findingsOf(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  valueAt: (path: NodePath) => unknown,
  explain: Explain = () => undefined,
): readonly Finding[] {
  const { path } = issue;
  const value = valueAt(path);
  const inner = issue.code === 'invalid_union' ? meantBranch(issue) : undefined;
  if (inner !== undefined) return inner.flatMap((each) => findingsOf(schema, each, valueAt, explain));
  const better = issue.code === 'unrecognized_keys' || value === undefined ? undefined : explain(path, value);
  if (better !== undefined) return [{ path, message: `${place(path)} is ${shown(value)}, but ${better}` }];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schema, path, key));
  if (issue.code === 'invalid_key') {
    const [{ message } = { message: 'is no key' }] = issue.issues;
    return [
      {
        path,
        ofKey: true,
        message: `The key ${shown(String(path.at(-1)))} of ${place(path.slice(0, -1))} ${message}.`,
      },
    ];
  }
  if (value === undefined && issue.code === 'invalid_type') {
    return [{ path, message: `${place(path)} is missing. ${howTo[issue.expected] ?? 'Add it.'}` }];
  }
  if (value === undefined && issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    const what = allowed.length === 1 ? '' : 'one of ';
    return [{ path, message: `${place(path)} is missing. Write ${what}${allowed.join(', ')}.` }];
  }
  if (issue.code === 'custom' && issue.params?.['unquoted'] === true) {
    return [{ path, message: `${place(path)} cannot be used. ${issue.message}` }];
  }
  return [{ path, message: `${place(path)} is ${shown(value)}, but ${demand(issue, value)}` }];
}

/** Of the alternatives, the one that has the type of what is written: what is wrong inside of it is worth telling. */
function meantBranch(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  const fits = issue.errors.find((branch) => branch.every(({ code, path }) => path.length > 0 || !typeCodes.has(code)));
  return fits?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

const typeCodes: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

const place = (path: NodePath): string => (path.length === 0 ? 'The file' : `“${dotted(path)}”`);

function unknownKey(schema: z.ZodType, path: NodePath, key: string): Finding {
  const known = knownKeys(schema, path);
  const meant = nearest(key, known);
  const fix = meant === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean “${meant}”?`;
  const where = path.length === 0 ? '' : ` in ${place(path)}`;
  return { path: [...path, key], ofKey: true, message: `${shown(key)} is not a known key${where}. ${fix}` };
}

const howTo: Readonly<Record<string, string>> = {
  number: 'Write a number, as in 100.',
  int: 'Write a whole number, as in 100.',
  string: 'Write a text.',
  boolean: 'Write true or false.',
  array: 'Write a list: each entry on a line of its own after “- ”.',
  object: 'Write its keys on the lines below it, each indented by two spaces.',
  record: 'Write its keys on the lines below it, each indented by two spaces.',
};

const named: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function demand(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type': {
      const quotes = issue.expected === 'string' && typeof value !== 'object';
      const fix = quotes ? `Put it in quotes: "${written(value)}".` : (howTo[issue.expected] ?? '');
      return `must be ${named[issue.expected] ?? issue.expected}. ${fix}`.trimEnd();
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const meant = typeof value === 'string' ? nearest(value, allowed) : undefined;
      return `must be one of ${allowed.join(', ')}.${meant === undefined ? '' : ` Did you mean “${meant}”?`}`;
    }
    case 'too_small':
      if (issue.origin === 'string') return 'must not be empty. Give a text.';
      if (issue.origin === 'array')
        return `must have ${issue.exact === true ? '' : 'at least '}${entries(issue.minimum)}.`;
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}.`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${String(issue.maximum)} characters.`;
      if (issue.origin === 'array')
        return `must have ${issue.exact === true ? '' : 'at most '}${entries(issue.maximum)}.`;
      return `must be at most ${String(issue.maximum)}.`;
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
    default:
      return `${issue.message}.`;
  }
}

const entries = (count: number | bigint): string => (Number(count) === 1 ? 'one entry' : `${String(count)} entries`);

function knownKeys(schema: z.ZodType, path: NodePath): readonly string[] {
  let at = unwrapped(schema);
  for (const part of path) {
    at = structured(at);
    if (at instanceof z.ZodObject) at = unwrapped(at.shape[String(part)] as z.ZodType | undefined);
    else if (at instanceof z.ZodArray) at = unwrapped(at.element as z.ZodType);
    else if (at instanceof z.ZodRecord) at = unwrapped(at.valueType as z.ZodType);
  }
  const end = structured(at);
  return end instanceof z.ZodObject ? Object.keys(end.shape) : [];
}

/** Of alternatives, the one that has an inside. */
function structured(schema: z.ZodType | undefined): z.ZodType | undefined {
  if (!(schema instanceof z.ZodUnion)) return schema;
  const options = schema.options.map((option) => unwrapped(option as z.ZodType));
  return options.find((option) => option instanceof z.ZodObject || option instanceof z.ZodArray) ?? schema;
}

function unwrapped(schema: z.ZodType | undefined): z.ZodType | undefined {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}
