import type { PresetName } from '../manifest/schema.ts';
import { backstage } from './backstage.ts';
import type { FolderFacts, Preset } from './facts.ts';
import { generic } from './generic.ts';
import { grafana } from './grafana.ts';
import { obsidian } from './obsidian.ts';
import { omniview } from './omniview.ts';
import { vite } from './vite.ts';
import { vscodeExtension } from './vscodeExtension.ts';

/** The more particular ones first: a Backstage plugin may use Vite, and nearly everything has a script. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  omniview,
  grafana,
  obsidian,
  backstage,
  'vscode-extension': vscodeExtension,
  vite,
  generic,
};

/** The first preset that knows the folder by its files. */
export function recognise(facts: FolderFacts): PresetName | undefined {
  return (Object.keys(presets) as PresetName[]).find((name) => presets[name].recognises(facts));
}
