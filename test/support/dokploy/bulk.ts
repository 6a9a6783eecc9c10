import { appNameFrom, rowId } from './identifiers.ts';
import { type ApplicationRow, applicationColumns, composeColumns } from './rows.ts';
import { swarmSpecOf } from './swarmSpec.ts';
import type { World } from './world.ts';

export interface BulkCounts {
  readonly projects: number;
  /** In each project, the default one among them. */
  readonly environments?: number;
  /** In each environment. */
  readonly applications?: number;
  /** In each environment. */
  readonly composes?: number;
  /** Whether each application has a service with a task, of the double's own image. */
  readonly running?: boolean;
}

export interface BulkIds {
  readonly projects: readonly string[];
  readonly environments: readonly string[];
  readonly applications: readonly string[];
  readonly composes: readonly string[];
}

/** Rows that look deployed. */
export function bulkRows(world: World, counts: BulkCounts): BulkIds {
  const { state, swarm, machines, now } = world;
  const { organizationId } = state;
  const ids = {
    projects: [] as string[],
    environments: [] as string[],
    applications: [] as string[],
    composes: [] as string[],
  };
  const times = (count: number, make: (at: number) => void): void => {
    for (let at = 0; at < count; at++) make(at);
  };
  const createdAt = now();
  times(counts.projects, (at) => {
    const projectId = rowId();
    const name = `project ${String(at)}`;
    state.projects.set(projectId, { projectId, name, description: null, createdAt, organizationId, env: '' });
    ids.projects.push(projectId);
    times(counts.environments ?? 1, (environment) => {
      const environmentId = rowId();
      state.environments.set(environmentId, {
        environmentId,
        name: environment === 0 ? 'production' : `environment ${String(environment)}`,
        description: null,
        createdAt,
        env: '',
        projectId,
        isDefault: environment === 0,
      });
      ids.environments.push(environmentId);
      times(counts.applications ?? 0, (application) => addApplication(environmentId, application));
      times(counts.composes ?? 0, (compose) => addCompose(environmentId, compose));
    });
  });
  return ids;

  function addApplication(environmentId: string, at: number): void {
    const applicationId = rowId();
    const row: ApplicationRow = {
      ...applicationColumns,
      applicationId,
      name: `application ${String(at)}`,
      appName: appNameFrom(`app-${String(at)}`, 'app'),
      description: null,
      environmentId,
      serverId: null,
      createdAt,
      env: null,
      command: null,
      args: null,
      memoryLimit: null,
      cpuLimit: null,
      dockerImage: machines.image,
      username: null,
      password: null,
      registryUrl: null,
      sourceType: 'docker',
      replicas: 1,
      applicationStatus: 'done',
      updateConfigSwarm: null,
      restartPolicySwarm: null,
    };
    state.applications.set(applicationId, row);
    if (counts.running === true) swarm.deploy(swarmSpecOf(world, row));
    ids.applications.push(applicationId);
  }

  function addCompose(environmentId: string, at: number): void {
    const composeId = rowId();
    state.composes.set(composeId, {
      ...composeColumns,
      composeId,
      name: `compose ${String(at)}`,
      appName: appNameFrom(`compose-${String(at)}`, 'compose'),
      description: null,
      environmentId,
      serverId: null,
      createdAt,
      env: null,
      composeFile: 'services: {}',
      composeType: 'docker-compose',
      sourceType: 'raw',
      composeStatus: 'done',
    });
    ids.composes.push(composeId);
  }
}
