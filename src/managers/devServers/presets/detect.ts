import type { ManifestProject, PresetName } from '../manifest/schema.ts';
import { manifestText } from '../manifest/text.ts';
import { type FactsContext, factsOf } from './facts.ts';
import { presets, recognise } from './presets.ts';

export interface DetectedProject {
  readonly preset: PresetName;
  readonly id: string;
  /** A devyard.yaml for the folder that says everything the preset knows; a trust given without a file covers this text. */
  readonly text: string;
}

/** What a folder without a devyard.yaml is, by its files; undefined where no preset finds anything to run. Runs nothing. */
export async function detectProject(folder: string, context: FactsContext): Promise<DetectedProject | undefined> {
  const facts = await factsOf(folder, context);
  const preset = recognise(facts);
  if (preset === undefined) return undefined;
  const { id = 'project', ...filled } = presets[preset].fill(facts);
  if (filled.processes === undefined && filled.builds === undefined && filled.external === undefined) return undefined;
  const project: ManifestProject = { id, preset, ...filled };
  const comments = [
    `Recognised as “${preset}” by its files. Change what does not fit; what you leave out is filled in.`,
  ];
  return { preset, id, text: manifestText([project], comments) };
}
