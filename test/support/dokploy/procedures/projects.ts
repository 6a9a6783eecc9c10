import { z } from 'zod';
import { rowId } from '../identifiers.ts';
import type { EnvironmentRow, ProjectRow } from '../rows.ts';
import { otherServices } from '../rows.ts';
import { mutation, type Procedures, query, RpcError } from '../rpc.ts';
import { forgetEnvironment, rowOf, where } from '../state.ts';
import type { World } from '../world.ts';
import { idText } from './common.ts';

export function projectProcedures({ state, now }: World): Procedures {
  const environmentsOf = (projectId: string): EnvironmentRow[] =>
    where(state.environments, (row) => row.projectId === projectId);
  const newest = <T>(rows: T[]): T[] => rows.toReversed();

  const brief = ({ environmentId, name, isDefault }: EnvironmentRow) => ({
    ...otherServices,
    environmentId,
    name,
    isDefault,
    applications: newest(where(state.applications, (row) => row.environmentId === environmentId)).map(
      ({ applicationId, name, applicationStatus }) => ({ applicationId, name, applicationStatus }),
    ),
    compose: newest(where(state.composes, (row) => row.environmentId === environmentId)).map(
      ({ composeId, name, composeStatus }) => ({ composeId, name, composeStatus }),
    ),
  });
  const whole = (environment: EnvironmentRow) => ({
    ...environment,
    ...otherServices,
    applications: where(state.applications, (row) => row.environmentId === environment.environmentId),
    compose: where(state.composes, (row) => row.environmentId === environment.environmentId),
  });

  function addEnvironment(input: Pick<EnvironmentRow, 'name' | 'description' | 'projectId' | 'isDefault'>) {
    const row: EnvironmentRow = { ...input, environmentId: rowId(), createdAt: now(), env: '' };
    state.environments.set(row.environmentId, row);
    return row;
  }

  return {
    'project.all': query(z.unknown(), () =>
      newest([...state.projects.values()]).map((project) => ({
        ...project,
        environments: environmentsOf(project.projectId).map(brief),
        projectTags: [],
      })),
    ),
    'project.one': query(z.object({ projectId: idText }), ({ projectId }) => ({
      ...rowOf(state.projects, projectId, 'Project'),
      environments: environmentsOf(projectId).map(whole),
      projectTags: [],
    })),
    'project.create': mutation(
      z.object({ name: z.string().min(1), description: z.string().nullish(), env: z.string().optional() }),
      ({ name, description = null, env = '' }) => {
        const { organizationId } = state;
        const project: ProjectRow = { projectId: rowId(), name, description, createdAt: now(), organizationId, env };
        state.projects.set(project.projectId, project);
        const environment = addEnvironment({
          name: 'production',
          description: 'Production environment',
          projectId: project.projectId,
          isDefault: true,
        });
        return { project, environment };
      },
    ),
    // Rows go by their foreign keys; services in the swarm stay (recorded answers 187 and 188).
    'project.remove': mutation(z.object({ projectId: idText }), ({ projectId }) => {
      const project = rowOf(state.projects, projectId, 'Project');
      for (const { environmentId } of environmentsOf(projectId)) forgetEnvironment(state, environmentId);
      state.projects.delete(projectId);
      return project;
    }),
    'environment.create': mutation(
      z.object({ name: z.string().min(1), description: z.string().nullish(), projectId: idText }),
      ({ name, description = null, projectId }) => {
        rowOf(state.projects, projectId, 'Project');
        return addEnvironment({ name, description, projectId, isDefault: false });
      },
    ),
    'environment.byProjectId': query(z.object({ projectId: idText }), ({ projectId }) =>
      environmentsOf(projectId).map((environment) => ({
        ...brief(environment),
        description: environment.description,
        project: rowOf(state.projects, projectId, 'Project'),
      })),
    ),
    'environment.one': query(z.object({ environmentId: idText }), ({ environmentId }) => {
      const environment = rowOf(state.environments, environmentId, 'Environment');
      return { ...whole(environment), project: rowOf(state.projects, environment.projectId, 'Project') };
    }),
    'environment.remove': mutation(z.object({ environmentId: idText }), ({ environmentId }) => {
      const environment = rowOf(state.environments, environmentId, 'Environment');
      if (environment.isDefault) throw new RpcError('BAD_REQUEST', 'You cannot delete the default environment');
      forgetEnvironment(state, environmentId);
      return environment;
    }),
  };
}
