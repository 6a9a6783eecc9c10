import type { ManifestProject } from '../manifest/schema.ts';
import { type FolderFacts, installOf, nameOfFolder, type Preset } from './facts.ts';
import { type PackageFacts, runScript } from './packageFacts.ts';

/** Whatever has a script to develop with, or a Go program. Which port it takes nobody can know, so none is given. */
export const generic: Preset = {
  recognises: (facts) => scriptOf(facts.package) !== undefined || hasProgram(facts),
  fill(facts) {
    const { package: own } = facts;
    const script = scriptOf(own);
    const common = { id: nameOfFolder(facts) };
    if (own !== undefined && script !== undefined) {
      return {
        ...common,
        install: installOf(own),
        processes: { [script]: { command: runScript(own.manager, script) } },
      };
    }
    return hasProgram(facts) ? { ...common, ...program } : common;
  },
};

const scriptOf = (own: PackageFacts | undefined): string | undefined =>
  ['dev', 'start', 'serve'].find((name) => own?.scripts.has(name));

const hasProgram = ({ entries }: FolderFacts): boolean => entries.has('go.mod') && entries.has('main.go');

const built = '.devyard/build/server';
const program: ManifestProject = {
  processes: { server: { command: [`\${root}/${built}`], dependsOn: ['program'] } },
  builds: {
    program: {
      command: ['go', 'build', '-o', '${out}', '.'],
      watch: { include: ['**/*.go', 'go.*'], exclude: ['**/vendor/**'] },
      problems: ['go'],
      out: built,
      reload: [{ restart: 'server' }],
    },
  },
};
