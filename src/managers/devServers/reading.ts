import { join } from 'node:path';
import { readConfigTextInside } from '../shared/yaml/configText.ts';
import type { ConfigProblem } from '../shared/yaml/configProblem.ts';
import { manifestHash } from './manifest/hash.ts';
import { parseManifest } from './manifest/parse.ts';
import { diskFiles } from './manifest/projectFiles.ts';
import type { ProjectPlan } from './plan.ts';
import type { Proposal } from './ports.ts';
import { detectProject } from './presets/detect.ts';
import { proposeProjects } from './proposals/propose.ts';

export const manifestNames = ['devyard.yaml', 'devyard.yml'] as const;

/** What a manifest, or a folder that a preset recognises, says now. `hash` is empty where there was nothing to read. */
export type Reading =
  | { readonly hash: string; readonly plans: readonly ProjectPlan[] }
  | { readonly hash: string; readonly problem: string };

export interface ReadingContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; what `~` stands for. */
  readonly home: string;
}

/** Reads a devyard.yaml. Never rejects: what is wrong is the problem, with the place of the first mistake. */
export async function readManifest(file: string, context: ReadingContext): Promise<Reading> {
  const read = await readConfigTextInside(file);
  if (read.status === 'missing') return { hash: '', problem: `There is no ${file}.` };
  if (read.status === 'unreadable') return { hash: '', problem: `${file} ${read.message}` };
  const parsed = await parseManifest(read.text, { file, files: diskFiles, ...context });
  const hash = manifestHash(read.text);
  if (parsed.ok) return { hash, plans: parsed.plans };
  const [first, ...more] = parsed.problems;
  const others = more.length === 0 ? '' : ` (and ${String(more.length)} more)`;
  return { hash, problem: first === undefined ? `${file} cannot be used.` : `${placeText(file, first)}${others}` };
}

/** What a preset makes of a folder without a devyard.yaml. */
export async function readFolder(folder: string, context: ReadingContext): Promise<Reading> {
  const detected = await detectProject(folder, { files: diskFiles, env: context.env });
  const file = join(folder, manifestNames[0]);
  if (detected === undefined) return { hash: '', problem: `There is no ${file}, and no preset recognises the folder.` };
  const parsed = await parseManifest(detected.text, { file, files: diskFiles, ...context });
  const hash = manifestHash(detected.text);
  if (parsed.ok) return { hash, plans: parsed.plans };
  const [first] = parsed.problems;
  return { hash, problem: `The preset ${detected.preset} does not fit ${folder}: ${first?.message ?? ''}` };
}

export async function checkManifest(
  file: string,
  text: string,
  context: ReadingContext,
): Promise<readonly ConfigProblem[]> {
  const parsed = await parseManifest(text, { file, files: diskFiles, ...context });
  return parsed.ok ? parsed.warnings : parsed.problems;
}

/** What the devyard.yaml of a folder could say; a preset that recognises the folder comes first. */
export async function proposalsFor(folder: string, { env }: ReadingContext): Promise<readonly Proposal[]> {
  const path = join(folder, manifestNames[0]);
  const [detected, proposed] = await Promise.all([
    detectProject(folder, { files: diskFiles, env }),
    proposeProjects(folder, diskFiles),
  ]);
  const recognised =
    detected === undefined ? [] : [{ source: `preset ${detected.preset}`, path, text: detected.text, notes: [] }];
  return [...recognised, ...proposed.map((proposal) => ({ ...proposal, path }))];
}

/** As compilers write it, so that editors make a link of it. */
function placeText(file: string, { line, column, message }: ConfigProblem): string {
  return `${file}:${String(line)}:${String(column)}: ${message}`;
}
