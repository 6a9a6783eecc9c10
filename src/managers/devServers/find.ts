import { DevyardError } from '../shared/errors.ts';
import type { Project } from './project.ts';

/** A project by its id, or by its pluginId where only one has it. Throws `not-found`, `conflict`. */
export function findProject(projects: ReadonlyMap<string, Project>, id: string): Project {
  const byId = projects.get(id);
  if (byId !== undefined) return byId;
  const [only, ...others] = [...projects.values()].filter(({ definition }) => definition.pluginId === id);
  if (only === undefined) {
    throw new DevyardError('not-found', `There is no dev server ${id}.`, {
      field: 'id',
      hint: 'List the dev servers to see what there is.',
    });
  }
  if (others.length === 0) return only;
  const folders = [only, ...others].map(({ definition }) => definition.folder).join(', ');
  throw new DevyardError('conflict', `Several dev servers are called ${id}: in ${folders}.`, {
    field: 'id',
    hint: 'Use the id instead.',
  });
}
