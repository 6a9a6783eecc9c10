import type { DokployServer, Workspace } from '../../api/contract/dokploy.ts';
import { byText, type DokployState, sortedServers, sortedWorkspaces } from '../shared/dokployState.ts';
import { dokployItemOf, environmentItemId, forwardItemId, projectItemId } from './items.ts';

/** A row between a server and its workspaces. */
export interface Group {
  readonly label: string;
  readonly kind: 'project' | 'environment';
  /** Everything below it, in the order in which it is listed. */
  readonly workspaces: readonly Workspace[];
  /** Rows right below it. */
  readonly children: readonly string[];
}

interface Project {
  readonly key: string;
  readonly name: string;
  readonly workspaces: readonly Workspace[];
  /** It has one environment only, which is named in the project's own row. */
  readonly only: string | undefined;
  readonly environments: readonly {
    readonly key: string;
    readonly name: string;
    readonly workspaces: readonly Workspace[];
  }[];
}

/** Rows below a row, or all servers. Of projects and environments those that hold something. */
export function childrenOf(state: DokployState, row?: string): readonly string[] {
  if (row === undefined) return sortedServers(state).map(({ id }) => id);
  const server = state.dokployServers.get(row);
  if (server !== undefined) return projectsOf(state, server).map(({ key }) => projectItemId(server.id, key));
  const workspace = state.workspaces.get(row);
  if (workspace !== undefined) return forwardRows(workspace);
  return groupOf(state, row)?.children ?? [];
}

/** The row above a row; undefined for a server and for what is gone. */
export function parentOf(state: DokployState, row: string): string | undefined {
  const item = dokployItemOf(row);
  switch (item?.kind) {
    case 'forward':
      return item.workspaceId;
    case 'environment':
      return projectItemId(item.serverId, item.project);
    case 'project':
      return item.serverId;
    case 'resource': {
      const workspace = state.workspaces.get(item.id);
      const server = workspace && state.dokployServers.get(workspace.serverId);
      return workspace && server && groupRowOf(state, server, workspace);
    }
    case undefined:
  }
  return undefined;
}

/** A project's or an environment's row; undefined when nothing is in it any more. */
export function groupOf(state: DokployState, row: string): Group | undefined {
  const item = dokployItemOf(row);
  if (item?.kind !== 'project' && item?.kind !== 'environment') return undefined;
  const server = state.dokployServers.get(item.serverId);
  const project = server && projectsOf(state, server).find(({ key }) => key === item.project);
  if (project === undefined) return undefined;
  const { key, name, workspaces, environments, only } = project;
  const ids = (some: readonly Workspace[]): readonly string[] => some.map(({ id }) => id);
  if (item.kind === 'environment') {
    const environment = environments.find((one) => one.key === item.environment);
    if (environment === undefined || only !== undefined) return undefined;
    return {
      label: environment.name,
      kind: 'environment',
      workspaces: environment.workspaces,
      children: ids(environment.workspaces),
    };
  }
  if (only !== undefined) {
    const label = only === '' ? name : `${name} / ${only}`;
    return { label, kind: 'project', workspaces, children: ids(workspaces) };
  }
  const children = environments.map((one) => environmentItemId(item.serverId, key, one.key));
  return { label: name, kind: 'project', workspaces, children };
}

export function forwardRows({ id, forwards }: Workspace): readonly string[] {
  return [...forwards].sort((a, b) => a.remotePort - b.remotePort).map((one) => forwardItemId(id, one.remotePort));
}

function groupRowOf(state: DokployState, server: DokployServer, workspace: Workspace): string | undefined {
  const project = projectsOf(state, server).find(({ workspaces }) => workspaces.includes(workspace));
  if (project === undefined) return undefined;
  if (project.only !== undefined) return projectItemId(server.id, project.key);
  const environment = project.environments.find(({ workspaces }) => workspaces.includes(workspace));
  return environment && environmentItemId(server.id, project.key, environment.key);
}

function projectsOf(state: DokployState, server: DokployServer): readonly Project[] {
  const here = sortedWorkspaces(state, server.id);
  const byProject = Map.groupBy(here, ({ project }) => projectKey(server, project));
  return [...byProject]
    .map(([key, workspaces]) => {
      const known = server.projects.find(({ id }) => id === key);
      const byEnvironment = Map.groupBy(workspaces, ({ environment }) =>
        keyAmong(known?.environments ?? [], environment),
      );
      const environments = [...byEnvironment]
        .map(([key, some]) => ({
          key,
          name: known?.environments.find(({ id }) => id === key)?.name ?? some[0]?.environment.name ?? key,
          workspaces: some,
        }))
        .sort((a, b) => byText(a.name, b.name));
      const [first] = environments;
      const isOnly = environments.length === 1 && (known?.environments.length ?? 1) <= 1;
      return {
        key,
        name: known?.name ?? workspaces[0]?.project.name ?? key,
        workspaces,
        only: isOnly ? first?.name : undefined,
        environments,
      };
    })
    .sort((a, b) => byText(a.name, b.name));
}

function projectKey({ projects }: DokployServer, project: Workspace['project']): string {
  return keyAmong(projects, project);
}

/** The id where there is one. What is only being made is known by its name: that may be there already. */
function keyAmong(
  known: readonly { readonly id: string; readonly name: string }[],
  { id, name }: { readonly id: string | null; readonly name: string },
): string {
  return id ?? known.find((one) => one.name === name)?.id ?? `new:${name}`;
}
