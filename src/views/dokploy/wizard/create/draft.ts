import type { ServerTargets, Workspace } from '../../../../api/contract/dokploy.ts';
import type { OperationInput } from '../../../../api/contract/operations.ts';
import type { Registry, Settings } from '../settings/settings.ts';
import { namedVolumes, realVolumes, usualVolumes } from '../settings/volumes.ts';

/** A project or environment of Dokploy; without an id it is made. */
export interface Chosen {
  readonly id?: string;
  readonly name: string;
}

/** What a person has answered so far. Undefined: not asked yet. */
export interface Draft {
  serverId: string;
  project: Chosen | undefined;
  /** Undefined: the project's default one. */
  environment: Chosen | undefined;
  /** Id of the machine; null: the one that Dokploy itself is on. */
  target: string | null;
  docker: boolean;
  settings: Settings;
  /** Empty: none. */
  gitUrl: string;
  /** Empty: the default branch. */
  gitBranch: string;
  name: string;
  /** Who logs in. */
  user: string;
  /** Who starts the SSH server: a script of Devyard that also installs it, or the image itself. */
  sshd: 'install' | 'image';
  sshPorts: { readonly from: number; readonly to: number };
  /** Part of the names of its volumes that nothing else has. */
  readonly unique: string;
}

/** What is taken for a new project's name unless the person names it. */
export const usualProject = 'devyard';

export function newDraft(serverId: string, unique: string): Draft {
  return {
    serverId,
    project: undefined,
    environment: undefined,
    target: null,
    docker: false,
    settings: {
      image: undefined,
      registry: null,
      cpus: null,
      memoryMb: null,
      env: {},
      volumes: usualVolumes,
      ports: [],
      idleStopMinutes: null,
      forwardAgent: false,
    },
    gitUrl: '',
    gitBranch: '',
    name: '',
    user: 'dev',
    sshd: 'install',
    sshPorts: { from: 2222, to: 2250 },
    unique,
  };
}

/**
 * The person chose a place in the tree, where a project's only environment has no row of its own. What is no longer there is
 * asked for.
 */
export function placedDraft(
  draft: Draft,
  { projects }: ServerTargets,
  place: { readonly project?: string | undefined; readonly environment?: string | undefined },
): Draft {
  const project = projects.find(({ id, name }) => id === place.project || name === place.project);
  const environments = project?.environments ?? [];
  const only = place.environment === undefined && environments.length === 1 ? environments[0] : undefined;
  const environment =
    only ?? environments.find(({ id, name }) => id === place.environment || name === place.environment);
  return {
    ...draft,
    project: project && { id: project.id, name: project.name },
    environment: environment && { id: environment.id, name: environment.name },
  };
}

/** Answers that no longer hold on another server, or in another project. */
export function forgetPlace(draft: Draft, what: 'server' | 'project'): void {
  draft.environment = undefined;
  if (what === 'project') return;
  draft.project = undefined;
  draft.target = null;
}

/** A name for a workspace that works on a repository. */
export function suggestedName({ gitUrl, name }: Draft): string {
  if (name !== '') return name;
  const [, last = ''] = /([^/:]+?)(?:\.git)?\/*$/.exec(gitUrl.trim()) ?? [];
  return last
    .replaceAll(/[^a-zA-Z0-9 ._-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+/, '')
    .slice(0, 63);
}

/** Workspaces that a new one would be mistaken for. */
export function namesakes(draft: Draft, name: string, workspaces: Iterable<Workspace>): readonly Workspace[] {
  const wanted = name.trim().toLowerCase();
  return [...workspaces].filter(
    (one) =>
      one.serverId === draft.serverId &&
      one.project.name === draft.project?.name &&
      one.managed !== 'no' &&
      one.name.toLowerCase() === wanted,
  );
}

type CreateBody = OperationInput<'dokploy.create'>['body'];

/** What the daemon is asked for. */
export function createBody(draft: Draft): CreateBody {
  const { serverId, project, environment, target, docker, settings, gitUrl, gitBranch, user, sshd, sshPorts } = draft;
  const { image, registry, cpus, memoryMb, env, ports, idleStopMinutes, forwardAgent } = settings;
  return {
    serverId,
    name: draft.name,
    ...(project === undefined ? {} : { project: reference(project) }),
    ...(environment === undefined ? {} : { environment: reference(environment) }),
    target,
    docker,
    ...(image === undefined ? {} : { image }),
    user,
    sshd,
    sshPortRange: { ...sshPorts },
    repository: gitUrl === '' ? null : { url: gitUrl, branch: gitBranch === '' ? null : gitBranch },
    registry: registryBody(registry),
    cpus,
    memoryMb,
    env: newValues(env),
    ...volumesBody(draft),
    ports: ports.map((port) => ({ ...port })),
    idleStopMinutes,
    forwardAgent,
  };
}

export function registryBody(registry: Registry | null): { url: string; username: string; password: string } | null {
  return registry === null ? null : { ...registry, password: registry.password ?? '' };
}

function newValues(env: Settings['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? '']));
}

/** Nothing where they are as usual: then the daemon names them. */
function volumesBody(draft: Draft): Pick<CreateBody, 'volumes'> {
  const { volumes } = draft.settings;
  if (volumes === usualVolumes) return {};
  const prefix = `devyard-${slugOf(draft.name)}-${draft.unique}`;
  return { volumes: namedVolumes(realVolumes(volumes, draft), prefix).map((volume) => ({ ...volume })) };
}

function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  return slug === '' ? 'workspace' : slug;
}

function reference({ id, name }: Chosen): { id: string } | { name: string } {
  return id === undefined ? { name } : { id };
}
