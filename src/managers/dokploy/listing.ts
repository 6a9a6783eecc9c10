import type { ListedProject, ListedService } from './api/types.ts';
import type { DokployServer, ProjectView, Workspace, WorkspaceState } from './model.ts';
import { dashboardUrl, idOfService } from './names.ts';

/** A service with the place where it was found. */
export interface FoundService extends ListedService {
  readonly project: { readonly id: string; readonly name: string };
  readonly environment: { readonly id: string; readonly name: string };
}

export function servicesIn(projects: readonly ListedProject[]): readonly FoundService[] {
  return projects.flatMap(({ projectId, name, environments }) =>
    environments.flatMap((environment) =>
      environment.services.map((service) => ({
        ...service,
        project: { id: projectId, name },
        environment: { id: environment.environmentId, name: environment.name },
      })),
    ),
  );
}

export function projectViews(projects: readonly ListedProject[]): readonly ProjectView[] {
  return projects.map(({ projectId, name, environments }) => ({
    id: projectId,
    name,
    environments: environments.map(({ environmentId, name, isDefault }) => ({ id: environmentId, name, isDefault })),
  }));
}

/** A service that Devyard does not manage, as far as a listing tells. `now` in milliseconds since the epoch. */
export function foreignWorkspace(
  server: Pick<DokployServer, 'id' | 'url' | 'hostId'>,
  found: FoundService,
  before: Workspace | undefined,
  now: number,
): Workspace {
  const { kind, id: serviceId, name, status, project, environment } = found;
  const place = { projectId: project.id, environmentId: environment.id, kind, serviceId };
  return {
    id: idOfService(server.id, kind, serviceId),
    serverId: server.id,
    name,
    managed: 'no',
    kind,
    serviceId,
    appName: null,
    project,
    environment,
    target: null,
    state: stateOfForeign(status, before?.state, now),
    endpoint: null,
    hostKey: null,
    publicKey: null,
    sshAlias: null,
    image: null,
    registry: null,
    cpus: null,
    memoryMb: null,
    envNames: [],
    volumes: [],
    ports: [],
    idleStopMinutes: null,
    forwardAgent: false,
    repository: null,
    domains: [],
    forwards: [],
    dashboardUrl: dashboardUrl(server.url, place),
    createdAt: null,
    hostId: server.hostId,
  };
}

function stateOfForeign(
  status: ListedService['status'],
  before: WorkspaceState | undefined,
  now: number,
): WorkspaceState {
  switch (status) {
    case 'running':
      return before?.status === 'deploying' ? before : { status: 'deploying', since: now, step: 'deploying' };
    case 'done':
      return { status: 'unverified', reason: 'Devyard does not look after it.' };
    case 'idle':
      return { status: 'stopped' };
    case 'error':
      return { status: 'failed', reason: 'The last deployment failed.', lastLines: [] };
  }
}
