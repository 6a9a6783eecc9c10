import type { ProjectFiles } from '../manifest/projectFiles.ts';
import { fromCompose } from './compose.ts';
import { fromPackageScripts } from './packageScripts.ts';
import { fromProcfile } from './procfile.ts';
import type { Proposal } from './proposal.ts';
import { fromVscodeTasks } from './vscodeTasks.ts';

const sources = [fromPackageScripts, fromVscodeTasks, fromProcfile, fromCompose] as const;

/** A manifest for each file of the folder in which another tool keeps what it runs. Runs nothing, and never rejects. */
export async function proposeProjects(folder: string, files: ProjectFiles): Promise<readonly Proposal[]> {
  const proposals = await Promise.all(sources.map((propose) => propose(folder, files)));
  return proposals.filter((proposal) => proposal !== undefined);
}
