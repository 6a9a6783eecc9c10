import * as z from 'zod';
import { nearest } from '../../shared/nearest.ts';
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

/** Puts an issue of the schema into words that name the key, the value and what to write instead. */
export function findingsOf(schema: z.ZodType, issue: z.core.$ZodIssue, value: unknown): readonly Finding[] {
  const { path } = issue;
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
  if (issue.code === 'custom' && issue.params?.['unquoted'] === true) {
    return [{ path, message: `${place(path)} cannot be used. ${issue.message}` }];
  }
  return [{ path, message: `${place(path)} is ${shown(value)}, but ${demand(issue, value)}` }];
}

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
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}.`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${String(issue.maximum)} characters.`;
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

function knownKeys(schema: z.ZodType, path: NodePath): readonly string[] {
  let at = unwrapped(schema);
  for (const part of path) {
    if (at instanceof z.ZodObject) at = unwrapped(at.shape[String(part)] as z.ZodType | undefined);
    else if (at instanceof z.ZodArray) at = unwrapped(at.element as z.ZodType);
    else if (at instanceof z.ZodRecord) at = unwrapped(at.valueType as z.ZodType);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(schema: z.ZodType | undefined): z.ZodType | undefined {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}
