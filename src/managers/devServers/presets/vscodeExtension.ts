import { installOf, nameOfFolder, type Preset } from './facts.ts';
import { runScript } from './packageFacts.ts';

/** An extension of VS Code: built again at every change; the editor's own *Run Extension* takes it from there. */
export const vscodeExtension: Preset = {
  recognises: ({ package: own }) => own?.engines.has('vscode') === true,
  fill(facts) {
    const { package: own } = facts;
    if (own === undefined) return { id: nameOfFolder(facts) };
    const common = { id: nameOfFolder(facts), install: installOf(own) };
    const build = ['compile', 'build'].find((script) => own.scripts.has(script));
    if (build !== undefined) {
      const problems = own.dependencies.has('esbuild') ? (['esbuild', 'tsc'] as const) : (['tsc'] as const);
      const watch = { include: ['src/**', 'package.json', 'tsconfig*.json'] };
      return { ...common, builds: { extension: { command: runScript(own.manager, build), watch, problems } } };
    }
    if (!own.scripts.has('watch')) return common;
    return { ...common, processes: { watch: { command: runScript(own.manager, 'watch') } } };
  },
};
