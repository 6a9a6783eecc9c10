import { rowId } from './identifiers.ts';
import { notFound } from './rpc.ts';
import type {
  ApplicationRow,
  ComposeRow,
  DeploymentRow,
  DomainRow,
  EnvironmentRow,
  MountRow,
  PortRow,
  ProjectRow,
  ServerRow,
} from './rows.ts';

/** The database of one double. Maps keep the order of insertion. */
export interface State {
  readonly organizationId: string;
  readonly projects: Map<string, ProjectRow>;
  readonly environments: Map<string, EnvironmentRow>;
  readonly applications: Map<string, ApplicationRow>;
  readonly composes: Map<string, ComposeRow>;
  readonly ports: Map<string, PortRow>;
  readonly mounts: Map<string, MountRow>;
  readonly domains: Map<string, DomainRow>;
  /** Oldest first. */
  readonly deployments: Map<string, DeploymentRow>;
  readonly servers: Map<string, ServerRow>;
  /** serverIds of those that Dokploy's own SSH does not reach. */
  readonly unreachable: Set<string>;
}

export function emptyState(): State {
  return {
    organizationId: rowId(),
    projects: new Map(),
    environments: new Map(),
    applications: new Map(),
    composes: new Map(),
    ports: new Map(),
    mounts: new Map(),
    domains: new Map(),
    deployments: new Map(),
    servers: new Map(),
    unreachable: new Set(),
  };
}

/** The row, or the NOT_FOUND that Dokploy answers. */
export function rowOf<T>(rows: ReadonlyMap<string, T>, id: string, what: string): T {
  const row = rows.get(id);
  if (row === undefined) throw notFound(what);
  return row;
}

export const where = <T>(rows: ReadonlyMap<string, T>, matches: (row: T) => boolean): T[] =>
  [...rows.values()].filter(matches);

/** Forgets rows of other tables that belonged to a service, as the foreign keys do. */
export function forgetService(state: State, key: 'applicationId' | 'composeId', id: string): void {
  const tables: readonly Map<string, Partial<Record<'applicationId' | 'composeId', string | null>>>[] = [
    state.ports,
    state.mounts,
    state.domains,
    state.deployments,
  ];
  for (const table of tables) for (const [rowKey, row] of table) if (row[key] === id) table.delete(rowKey);
  if (key === 'applicationId') state.applications.delete(id);
  else state.composes.delete(id);
}

export function forgetEnvironment(state: State, environmentId: string): void {
  for (const app of where(state.applications, (row) => row.environmentId === environmentId))
    forgetService(state, 'applicationId', app.applicationId);
  for (const compose of where(state.composes, (row) => row.environmentId === environmentId))
    forgetService(state, 'composeId', compose.composeId);
  state.environments.delete(environmentId);
}
