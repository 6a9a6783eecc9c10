import type * as z from 'zod';
import { maxConfigBytes } from './configText.ts';
import { dotted, type Explain, type Finding, findingsOf } from './issueText.ts';
import { keyRangeAt, nodeAt, rangeAt, type ValueRules, valueOf } from './nodeValue.ts';
import { type LineRange, TextPositions, type TextRange } from './textPositions.ts';
import { readYaml, type YamlNode } from './yamlTree.ts';

/** Something wrong in a configuration file. Lines and columns count from 1, in UTF-16 units; the end is exclusive. */
export interface ConfigProblem extends LineRange {
  /** Key, as in `ui.workspace.default_type`; empty where it is the file as a whole or its YAML. */
  readonly path: string;
  /** Names the key, the value and the fix. */
  readonly message: string;
}

export interface ConfigFileShape {
  readonly schema: z.ZodType;
  readonly rules: ValueRules;
  /** What no single key can be blamed for. Takes the value as it was written, wrong types and all. */
  readonly check: (value: unknown) => readonly Finding[];
  readonly explain?: Explain;
}

export type CheckedConfig =
  | {
      readonly ok: true;
      /** What the text says, without defaults; the schema is content with it. */
      readonly value: unknown;
      /** Puts what is found later at its place in the text. */
      readonly place: (findings: readonly Finding[]) => readonly ConfigProblem[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Of a file that is wrong throughout, so many problems are told. */
const maxProblems = 100;

/** Reads the text of a YAML configuration. Never throws: all that is wrong is in `problems`, in the order of the text. */
export function checkConfigText(written: string, { schema, rules, check, explain }: ConfigFileShape): CheckedConfig {
  if (Buffer.byteLength(written) > maxConfigBytes) {
    return { ok: false, problems: [wholeFileProblem('The file is larger than 1 MB. Make it smaller.')] };
  }
  // Editors do not count a byte order mark as a character of the first line.
  const text = written.replace(/^\uFEFF/, '');
  const { root, faults } = readYaml(text);
  const places = faults.map(({ range, path, message }) => ({ range, path, message }));
  if (root === undefined && faults.length > 0) return { ok: false, problems: inOrder(text, places) };
  const value = (root && valueOf(root, rules)) ?? {};
  const parsed = schema.safeParse(value);
  const issues = parsed.success ? [] : parsed.error.issues;
  const plainAt = (path: Finding['path']): unknown => {
    const node = nodeAt(root, path);
    return node === undefined ? undefined : valueOf(node, rules);
  };
  const findings = issues.flatMap((issue) => findingsOf(schema, issue, plainAt, explain));
  // What could not be read at all need not be wrong for a second reason.
  const unread = new Set(faults.map(({ path }) => path));
  const checked = [...findings, ...check(value)].filter(({ path }) => !unread.has(dotted(path)));
  const problems = [...places, ...checked.map((finding) => placed(root, finding))];
  if (problems.length > 0) return { ok: false, problems: inOrder(text, problems) };
  const place = (later: readonly Finding[]): readonly ConfigProblem[] =>
    inOrder(
      text,
      later.map((finding) => placed(root, finding)),
    );
  return { ok: true, value, place };
}

/** A problem of no line in particular. */
export function wholeFileProblem(message: string): ConfigProblem {
  return { line: 1, column: 1, endLine: 1, endColumn: 1, path: '', message };
}

interface Placed {
  readonly range: TextRange;
  readonly path: string;
  readonly message: string;
}

function placed(root: YamlNode | undefined, { path, ofKey, message }: Finding): Placed {
  const range = (ofKey === true ? keyRangeAt(root, path) : undefined) ?? rangeAt(root, path);
  return { range, path: dotted(path), message };
}

function inOrder(text: string, places: readonly Placed[]): readonly ConfigProblem[] {
  const positions = new TextPositions(text);
  const sorted = places.toSorted((a, b) => a.range.start - b.range.start);
  const problems = sorted
    .slice(0, maxProblems)
    .map(({ range, path, message }) => ({ ...positions.lines(range), path, message }));
  const more = sorted.length - problems.length;
  return more > 0 ? [...problems, wholeFileProblem(`There are ${String(more)} more problems in this file.`)] : problems;
}
