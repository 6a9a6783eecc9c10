import {
  type ManifestContext,
  type ParsedManifest,
  parseManifest,
} from '../../../../../src/managers/devServers/manifest/parse.ts';
import type { ProjectPlan } from '../../../../../src/managers/devServers/plan.ts';
import { memoryFiles } from '../memoryFiles.ts';

export const contextOf = (
  texts: Readonly<Record<string, string>> = {},
  more: Partial<ManifestContext> & { readonly links?: Readonly<Record<string, string>> } = {},
): ManifestContext => ({
  file: '/work/app/devyard.yaml',
  home: '/home/ada',
  env: { WHO: 'ada', TOKEN: 'hidden' },
  files: memoryFiles({ '/work/app/devyard.yaml': '', ...texts }, more.links),
  ...more,
});

export const parse = (text: string, context = contextOf()): Promise<ParsedManifest> => parseManifest(text, context);

/** The plans of a text that must be right. */
export async function plansOf(text: string, context = contextOf()): Promise<readonly ProjectPlan[]> {
  const parsed = await parse(text, context);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.plans;
}

/** `line:column path: message` of each problem. */
export async function told(text: string, context = contextOf()): Promise<readonly string[]> {
  const parsed = await parse(text, context);
  return parsed.ok
    ? []
    : parsed.problems.map(({ line, column, path, message }) => `${String(line)}:${String(column)} ${path}: ${message}`);
}

/** A manifest of one project, `lines` being what it says beside its id. */
export const project = (...lines: readonly string[]): string =>
  ['version: 1', 'projects:', '  - id: demo', ...lines.map((line) => `    ${line}`)].join('\n');

/** One process, `lines` being what it says beside its command. */
export const process = (...lines: readonly string[]): string =>
  project('processes:', '  ui:', '    command: [run]', ...lines.map((line) => `    ${line}`));

/** One build, `lines` being what it says beside its command. */
export const build = (...lines: readonly string[]): string =>
  project('builds:', '  backend:', '    command: [make]', ...lines.map((line) => `    ${line}`));
