import type { ProjectFiles } from '../manifest/projectFiles.ts';
import { installOf } from '../presets/facts.ts';
import { packageFactsOf, runScript } from '../presets/packageFacts.ts';
import { Draft, type Proposal } from './proposal.ts';

/** Scripts that start a server, the most telling name first: they are mostly names of the same thing. */
const servers = ['dev', 'serve', 'start'] as const;

/** From the scripts of package.json. What a script does is the package manager's to run; it is not looked into. */
export async function fromPackageScripts(folder: string, files: ProjectFiles): Promise<Proposal | undefined> {
  const facts = await packageFactsOf(folder, files);
  if (facts === undefined) return undefined;
  const { manager, scripts } = facts;
  const draft = new Draft('package.json');
  const [server, ...others] = servers.filter((name) => scripts.has(name));
  if (server !== undefined) draft.process(server, { command: [...runScript(manager, server)] });
  if (others.length > 0)
    draft.note(
      `Of the scripts that start a server, “${server ?? ''}” was taken; there are also: ${others.join(', ')}.`,
    );
  if (scripts.has('watch')) draft.process('watch', { command: runScript(manager, 'watch') });
  if (scripts.has('build') && server === undefined && !scripts.has('watch')) {
    draft.build('build', { command: runScript(manager, 'build'), watch: { include: ['src/**', 'package.json'] } });
  }
  return draft.proposal(folder, installOf(facts));
}
