import { dirname } from 'node:path';
import { checkConfigText, type ConfigProblem } from '../../shared/yaml/configProblem.ts';
import type { Explain, Finding } from '../../shared/yaml/issueText.ts';
import type { ValueRules } from '../../shared/yaml/nodeValue.ts';
import type { ProjectPlan } from '../plan.ts';
import { type FactsContext, factsOf } from '../presets/facts.ts';
import { filledIn } from '../presets/merge.ts';
import { presets } from '../presets/presets.ts';
import { leadsOut } from './paths.ts';
import { Planner } from './planner.ts';
import { planProject } from './planProject.ts';
import { type Manifest, type ManifestProject, manifestSchema } from './schema.ts';
import { warningsOf } from './warnings.ts';

export interface ManifestContext extends FactsContext {
  /** Absolute path of the manifest; nothing of a project may lie outside of its folder. */
  readonly file: string;
  /** Absolute; what `~` stands for. */
  readonly home: string;
}

export type ParsedManifest =
  | {
      readonly ok: true;
      readonly plans: readonly ProjectPlan[];
      /** What is allowed, but hardly meant. */
      readonly warnings: readonly ConfigProblem[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** A name without a value is told, and so is a variable: `NAME:` may have been meant as an empty text. */
const rules: ValueRules = { free: new Set(), named: new Set(['processes', 'builds', 'env']) };

/**
 * Reads the text of a devyard.yaml into plans. Never rejects: all that is wrong is in `problems`, in the order of the text.
 * Looks at the disk for what presets fill in and for links that lead out of the folder; runs nothing.
 */
export async function parseManifest(text: string, context: ManifestContext): Promise<ParsedManifest> {
  const checked = checkConfigText(text, { schema: manifestSchema, rules, check: () => [], explain });
  if (!checked.ok) return checked;
  const { projects } = checked.value as Manifest;
  const folder = dirname(context.file);
  const planner = new Planner({ folder, home: context.home, env: context.env });
  const plans: ProjectPlan[] = [];
  for (const [index, project] of projects.entries()) {
    const at = ['projects', index];
    const root = planner.inside([...at, 'root'], project.root ?? '.', folder);
    plans.push(planProject(planner, await withPreset(project, root, context), at, root));
  }
  await planner.checkInside((path) => context.files.realpath(path));
  const problems = checked.place([...planner.findings, ...repeatedIds(plans)]);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, plans, warnings: checked.place(plans.flatMap(warningsOf)) };
}

async function withPreset(project: ManifestProject, root: string, context: ManifestContext): Promise<ManifestProject> {
  if (project.preset === undefined) return project;
  // A root that is refused anyway is not looked into.
  if (await leadsOut(dirname(context.file), root, (path) => context.files.realpath(path))) return project;
  return filledIn(project, presets[project.preset].fill(await factsOf(root, context)));
}

/** Said where the schema would only say “a list” or “a text”. */
const explain: Explain = (path, value) => {
  const key = path.at(-1);
  if (key === 'command' && typeof value === 'string') {
    const words = value
      .trim()
      .split(/\s+/)
      .slice(0, 12)
      .map((word) => JSON.stringify(word.slice(0, 40)));
    return `must be a list, because no shell takes it apart. Write [${words.join(', ')}].`;
  }
  const isDuration =
    ['timeout', 'readyTimeout', 'grace', 'debounce'].includes(String(key)) || path.at(-2) === 'backoff';
  if (isDuration && typeof value === 'number') {
    return `must have a unit: ms, s, m or h. Write ${String(value)}${value >= 50 ? 'ms' : 's'}.`;
  }
  return undefined;
};

function repeatedIds(plans: readonly ProjectPlan[]): readonly Finding[] {
  return plans.flatMap(({ pluginId }, index) => {
    if (pluginId === '' || plans.findIndex((plan) => plan.pluginId === pluginId) === index) return [];
    const path = ['projects', index, 'id'];
    return [
      {
        path,
        message: `“${path.join('.')}” is “${pluginId}”, as another project of this file is called. Choose another id.`,
      },
    ];
  });
}
