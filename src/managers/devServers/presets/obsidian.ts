import { installOf, nameFrom, nameOfFolder, type Preset } from './facts.ts';
import { runScript } from './packageFacts.ts';

/** A plugin of Obsidian as its sample lays it out: esbuild watches and writes `main.js` beside `manifest.json`. */
export const obsidian: Preset = {
  recognises: ({ obsidianManifest, package: own }) =>
    own !== undefined &&
    typeof obsidianManifest?.['id'] === 'string' &&
    typeof obsidianManifest['minAppVersion'] === 'string',
  fill(facts) {
    const { package: own, obsidianManifest } = facts;
    const named = obsidianManifest?.['id'];
    const id = typeof named === 'string' ? nameFrom(named, nameOfFolder(facts)) : nameOfFolder(facts);
    if (own === undefined) return { id };
    const script = ['dev', 'watch'].find((name) => own.scripts.has(name));
    return {
      id,
      install: installOf(own),
      ...(script === undefined ? {} : { processes: { watch: { command: runScript(own.manager, script) } } }),
    };
  },
};
