import { checkReferences } from './references.ts';
import { dotted, type Finding, findingsOf } from './issueText.ts';
import { configOf, type DevboxConfig } from './model.ts';
import { givenPaths, keyRangeAt, nodeAt, rangeAt, valueOf } from './nodeValue.ts';
import { devboxFileSchema } from './schema.ts';
import { type LineRange, TextPositions, type TextRange } from './textPositions.ts';
import { readYaml, type YamlNode } from './yamlTree.ts';

/** Something wrong in a devbox.yaml. Lines and columns count from 1, in UTF-16 units; the end is exclusive. */
export interface ConfigProblem extends LineRange {
  /** Key, as in `ui.workspace.default_type`; empty where it is the file as a whole or its YAML. */
  readonly path: string;
  /** Names the key, the value and the fix. */
  readonly message: string;
}

export interface GoodConfig {
  readonly ok: true;
  readonly config: DevboxConfig;
  /** Dotted keys that the file really gives, as in `server.code_server_port_range.start`; the rest are defaults. */
  readonly given: ReadonlySet<string>;
}

export interface BadConfig {
  readonly ok: false;
  readonly problems: readonly ConfigProblem[];
}

export type ParsedConfig = GoodConfig | BadConfig;

/** Bytes. A file that is larger is refused unread. */
export const maxConfigBytes = 1_000_000;
/** Of a file that is wrong throughout, so many problems are told. */
const maxProblems = 100;

/** What holds where there is no file. */
export const builtInConfig: GoodConfig = goodConfig({});

/** Reads the text of a devbox.yaml. Never throws: all that is wrong is in `problems`, in the order of the text. */
export function parseDevboxYaml(written: string): ParsedConfig {
  if (Buffer.byteLength(written) > maxConfigBytes) {
    return { ok: false, problems: [wholeFileProblem('The file is larger than 1 MB. Make it smaller.')] };
  }
  // Editors do not count a byte order mark as a character of the first line.
  const text = written.replace(/^\uFEFF/, '');
  const { root, faults } = readYaml(text);
  const places = faults.map(({ range, path, message }) => ({ range, path, message }));
  if (root === undefined && faults.length > 0) return { ok: false, problems: inOrder(text, places) };
  const value = (root && valueOf(root)) ?? {};
  const parsed = devboxFileSchema.safeParse(value);
  const issues = parsed.success ? [] : parsed.error.issues;
  const findings = issues.flatMap((issue) => findingsOf(devboxFileSchema, issue, plainAt(root, issue.path)));
  // What could not be read at all need not be wrong for a second reason.
  const unread = new Set(faults.map(({ path }) => path));
  const checked = [...findings, ...checkReferences(value)].filter(({ path }) => !unread.has(dotted(path)));
  const problems = [...places, ...checked.map((finding) => placed(root, finding))];
  return problems.length > 0 ? { ok: false, problems: inOrder(text, problems) } : goodConfig(value);
}

/** A problem of no line in particular. */
export function wholeFileProblem(message: string): ConfigProblem {
  return { line: 1, column: 1, endLine: 1, endColumn: 1, path: '', message };
}

function goodConfig(value: unknown): GoodConfig {
  return { ok: true, config: configOf(devboxFileSchema.parse(value)), given: new Set(givenPaths(value)) };
}

function plainAt(root: YamlNode | undefined, path: Finding['path']): unknown {
  const node = nodeAt(root, path);
  return node === undefined ? undefined : valueOf(node);
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
