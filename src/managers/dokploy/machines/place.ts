import { DevyardError } from '../../shared/errors.ts';
import type { ListedEnvironment, ListedProject } from '../api/types.ts';
import { makeOnce } from './makeOnce.ts';
import type { MachineContext, MachinePlan } from './types.ts';

export interface Place {
  readonly projectId: string;
  readonly environmentId: string;
}

type PlaceContext = Pick<MachineContext, 'api' | 'clock' | 'signal' | 'log'>;

/**
 * The environment that a machine belongs into; it and its project are made where they are named and missing. Throws `invalid`
 * for an id that is not there.
 */
export async function ensurePlace(
  context: PlaceContext,
  plan: MachinePlan,
  listed: readonly ListedProject[],
): Promise<Place> {
  const project = await ensureProject(context, plan.project, listed);
  const environment = await ensureEnvironment(context, plan.environment, project);
  return { projectId: project.projectId, environmentId: environment.environmentId };
}

async function ensureProject(
  context: PlaceContext,
  wanted: MachinePlan['project'],
  listed: readonly ListedProject[],
): Promise<ListedProject> {
  if ('projectId' in wanted) {
    const project = listed.find(({ projectId }) => projectId === wanted.projectId);
    if (project !== undefined) return project;
    throw new DevyardError('invalid', 'The project is not on this Dokploy server any more.', {
      field: 'project.id',
      hint: 'Choose another one, or give a name: it is made where it is missing.',
    });
  }
  const { name } = wanted;
  const { api, signal, log } = context;
  const known = lowest(listed, name);
  if (known !== undefined) return known;
  log(`Creating the project “${name}”.`);
  return makeOnce(
    context,
    `project “${name}”`,
    () => api.createProject({ name, description: 'Made by Devyard' }, { signal }),
    async (made) => {
      const projects = await api.projects({ signal });
      const winner = lowest(projects, name);
      const own = projects.find(({ projectId }) => projectId === made?.projectId);
      if (own !== undefined && own !== winner && isEmpty(own)) {
        log(`Somebody else made a project “${name}” at the same time; this one is removed.`);
        await api.removeProject(own.projectId, { signal });
      }
      return winner;
    },
  );
}

async function ensureEnvironment(
  context: PlaceContext,
  wanted: MachinePlan['environment'],
  project: ListedProject,
): Promise<ListedEnvironment> {
  const { environments, projectId } = project;
  if (wanted === null) {
    const usual = environments.find(({ isDefault }) => isDefault) ?? environments[0];
    if (usual !== undefined) return usual;
  }
  if (wanted !== null && 'environmentId' in wanted) {
    const environment = environments.find(({ environmentId }) => environmentId === wanted.environmentId);
    if (environment !== undefined) return environment;
    throw new DevyardError('invalid', `The environment is not in the project “${project.name}” any more.`, {
      field: 'environment.id',
      hint: 'Choose another one, or give a name: it is made where it is missing.',
    });
  }
  const name = wanted?.name ?? 'production';
  const find = (all: readonly ListedEnvironment[]): ListedEnvironment | undefined =>
    all.filter((one) => one.name === name).toSorted((a, b) => (a.environmentId < b.environmentId ? -1 : 1))[0];
  const { api, signal, log } = context;
  const known = find(environments);
  if (known !== undefined) return known;
  log(`Creating the environment “${name}”.`);
  return makeOnce(
    context,
    `environment “${name}”`,
    () => api.createEnvironment({ projectId, name }, { signal }),
    async () => {
      const projects = await api.projects({ signal });
      return find(projects.find((one) => one.projectId === projectId)?.environments ?? []);
    },
  );
}

function lowest(projects: readonly ListedProject[], name: string): ListedProject | undefined {
  return projects.filter((one) => one.name === name).toSorted((a, b) => (a.projectId < b.projectId ? -1 : 1))[0];
}

function isEmpty({ environments }: ListedProject): boolean {
  return environments.every(({ services }) => services.length === 0);
}
