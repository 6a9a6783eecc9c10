import { DevyardError } from '../shared/errors.ts';
import { parseBranch, parseGitUrl } from '../shared/git/gitUrl.ts';
import { checkPlan } from './machines/plan.ts';
import type { MachinePlan, MachineVolume } from './machines/types.ts';
import type { NewWorkspace, Repository, WorkspaceChanges } from './model.ts';
import { slugOf } from './names.ts';
import type { Details } from './records.ts';

/** Ordinary development images with a package manager, in which the start script finds or installs sshd. */
const defaultImages = {
  application: 'mcr.microsoft.com/devcontainers/base:ubuntu',
  compose: 'cruizba/ubuntu-dind:latest',
} as const;

/** Made where the person names none. */
export const defaultProject = 'devyard';

export function homeOf(user: string): string {
  return user === 'root' ? '/root' : `/home/${user}`;
}

/** What a workspace is made from. Throws `invalid` and names the field. */
export function planOf(id: string, input: NewWorkspace, publicKey: string): MachinePlan {
  const kind = input.docker ? 'compose' : 'application';
  return checked({
    kind,
    marker: `devyard:${id}`,
    name: input.name,
    project: projectOf(input.project),
    environment: environmentOf(input.environment),
    serverId: input.target,
    image: input.image ?? defaultImages[kind],
    registry: input.registry,
    env: input.env,
    cpus: input.cpus,
    memoryMb: input.memoryMb,
    volumes: input.volumes ?? defaultVolumes(id, input),
    ports: input.ports,
    sshPortRange: input.sshPortRange,
    user: input.user,
    publicKey,
    sshd: input.sshd,
    idleStopMinutes: input.idleStopMinutes,
  });
}

/** The plan with what a person wants otherwise. Throws `invalid` and names the field. */
export function changedPlan(plan: MachinePlan, changes: WorkspaceChanges): MachinePlan {
  const { image, registry, cpus, memoryMb, env, volumes, ports, idleStopMinutes } = changes;
  return checked({
    ...plan,
    ...(image === undefined ? {} : { image }),
    ...(registry === undefined ? {} : { registry }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(env === undefined ? {} : { env: changedEnv(plan.env, env) }),
    ...(volumes === undefined ? {} : { volumes }),
    ...(ports === undefined ? {} : { ports }),
    ...(idleStopMinutes === undefined ? {} : { idleStopMinutes }),
  });
}

/** Nobody is shown a value that was set, so nobody can be asked to give it again. */
function changedEnv(before: MachinePlan['env'], wanted: NonNullable<WorkspaceChanges['env']>): MachinePlan['env'] {
  const entries = Object.entries(wanted).map(([name, value]): [string, string] => {
    const kept = value ?? (Object.hasOwn(before, name) ? before[name] : undefined);
    if (kept !== undefined) return [name, kept];
    throw new DevyardError('invalid', `The variable ${name} has no value that could be kept.`, {
      field: `env.${name}`,
      hint: 'Give it a value.',
    });
  });
  return Object.fromEntries(entries);
}

/** What a face shows of a plan: everything but the secrets. */
export function detailsOf(plan: MachinePlan, domains: readonly string[]): Details {
  return {
    image: plan.image,
    registry: plan.registry === null ? null : { url: plan.registry.url, username: plan.registry.username },
    cpus: plan.cpus,
    memoryMb: plan.memoryMb,
    idleStopMinutes: plan.idleStopMinutes,
    envNames: Object.keys(plan.env),
    volumes: [...plan.volumes],
    ports: [...plan.ports],
    domains: [...domains],
  };
}

/** Where a repository comes from and goes to. Throws `invalid` for what `git clone` must not be given. */
export function repositoryOf(input: NewWorkspace): Repository | null {
  const { repository, user } = input;
  if (repository === null) return null;
  const { url } = parseGitUrl(repository.url, 'repository.url');
  const branch = repository.branch === null ? null : parseBranch(repository.branch, 'repository.branch');
  const name = slugless(/([^/:]+?)(?:\.git)?\/*$/.exec(url)?.[1] ?? 'repository');
  const folder = repository.folder ?? `${homeOf(user)}/${name}`;
  if (!folder.startsWith('/') || hasControls(folder)) {
    throw new DevyardError('invalid', 'The folder of the repository is no absolute path.', {
      field: 'repository.folder',
      hint: `Give one such as ${homeOf(user)}/${name}, or leave it out.`,
    });
  }
  return { url, branch, folder };
}

/** A file name that no shell and no path takes for something else. */
function slugless(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+/, '');
  return safe === '' ? 'repository' : safe;
}

function hasControls(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f]/u.test(text);
}

function projectOf(project: NewWorkspace['project']): MachinePlan['project'] {
  if (project === undefined) return { name: defaultProject };
  return 'id' in project ? { projectId: project.id } : { name: project.name };
}

function environmentOf(environment: NewWorkspace['environment']): MachinePlan['environment'] {
  if (environment === undefined) return null;
  return 'id' in environment ? { environmentId: environment.id } : { name: environment.name };
}

function volumeName(id: string, name: string, what: string): string {
  return `devyard-${slugOf(name)}-${id.slice(-8)}-${what}`;
}

function defaultVolumes(id: string, { name, user, docker }: NewWorkspace): readonly MachineVolume[] {
  const home = { name: volumeName(id, name, 'home'), mountPath: homeOf(user) };
  return docker ? [home, { name: volumeName(id, name, 'docker'), mountPath: '/var/lib/docker' }] : [home];
}

function checked(plan: MachinePlan): MachinePlan {
  checkPlan(plan);
  const paths = plan.volumes.map(({ mountPath }) => mountPath.replace(/\/+$/, ''));
  const names = plan.volumes.map(({ name }) => name);
  for (const [index, path] of paths.entries()) {
    if (path === '' || /(?:^|\/)\.\.?(?:\/|$)/.test(path) || path.includes(':') || hasControls(path)) {
      throw new DevyardError(
        'invalid',
        `A volume cannot be mounted at ${JSON.stringify(plan.volumes[index]?.mountPath)}.`,
        {
          field: `volumes[${String(index)}].mountPath`,
          hint: 'Give an absolute path below / without “..” and colons.',
        },
      );
    }
    if (paths.indexOf(path) !== index || names.indexOf(names[index] ?? '') !== index) {
      throw new DevyardError('invalid', `The volume at ${path} is given twice.`, {
        field: `volumes[${String(index)}]`,
        hint: 'Every volume needs its own name and its own place.',
      });
    }
  }
  const published = plan.ports.map((port) => `${String(port.published)}/${port.protocol}`);
  const twice = published.findIndex((port, index) => published.indexOf(port) !== index);
  if (twice !== -1) {
    throw new DevyardError('invalid', `The port ${published[twice] ?? ''} is published twice.`, {
      field: `ports[${String(twice)}].published`,
      hint: 'Publish each port once.',
    });
  }
  return plan;
}
