import { durationPattern } from './durations.ts';
import type { ManifestProject } from './schema.ts';

/** Lists and small mappings are written on one line as long as it has at most so many characters. */
const lineLength = 110;

/**
 * The text of a devyard.yaml, as a person would write it. `comments` come first, a line each. What it says is read back just
 * as it was given.
 */
export function manifestText(projects: readonly ManifestProject[], comments: readonly string[] = []): string {
  const head = comments.map((comment) => `# ${comment.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()}\n`);
  const list = projects.map((project) => `  - ${inMapping(project, 4).trimStart()}`);
  return `${head.join('')}version: 1\nprojects:\n${list.join('')}`;
}

function inMapping(mapping: object, indent: number): string {
  const lines = Object.entries(mapping).flatMap(([key, value]: [string, unknown]) =>
    value === undefined ? [] : [`${' '.repeat(indent)}${scalar(key)}:${ofKey(key, value, indent)}`],
  );
  return lines.join('');
}

/** What follows `key:`, with the end of its last line. */
function ofKey(key: string, value: unknown, indent: number): string {
  if (typeof value !== 'object' || value === null) return ` ${scalar(value)}\n`;
  const line = flow(value);
  // A mapping of things reads better with its things below each other; a single setting does not need it.
  const small = Array.isArray(value) || Object.values(value).every((inner) => typeof inner !== 'object');
  if ((small && indent + key.length + line.length <= lineLength) || Object.keys(value).length === 0)
    return ` ${line}\n`;
  if (!Array.isArray(value)) return `\n${inMapping(value, indent + 2)}`;
  return `\n${value.map((item) => `${' '.repeat(indent + 2)}- ${flow(item)}\n`).join('')}`;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return scalar(value);
  const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return pairs.length === 0 ? '{}' : `{ ${pairs.map(([key, inner]) => `${scalar(key)}: ${flow(inner)}`).join(', ')} }`;
}

/** What is surely read as the same text without quotes, also inside of brackets. */
const plain = /^[A-Za-z./-][\w./@+-]*$/;
const special = /^(?:true|false|null|yes|no|on|off|y|n|[-.+]*\d.*|[-+]?\.(?:inf|nan)|-+|\.+)$/i;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const isPlain = (plain.test(value) && !special.test(value)) || durationPattern.test(value);
  // A double-quoted text of YAML knows all escapes of JSON.
  return isPlain ? value : JSON.stringify(value);
}
