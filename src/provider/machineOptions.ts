import type { ServiceKind } from '../managers/dokploy/api/types.ts';
import type { MachinePlan, MachineVolume } from '../managers/dokploy/machines/types.ts';
import { unixUser } from '../managers/dokploy/machines/unixUser.ts';
import { type MachineOption, machineTypes } from './optionTable.ts';
import { choice, type Environment, matching, requiredText, setIt, textOf, wrong } from './readers.ts';

/** What a machine is to be like. */
export interface MachineOptions {
  readonly projectName: string;
  readonly environmentName: string | null;
  readonly serverId: string | null;
  readonly kind: ServiceKind;
  readonly image: string;
  readonly registry: MachinePlan['registry'];
  readonly cpus: number | null;
  readonly memoryMb: number | null;
  readonly volumes: readonly MachineVolume[];
  readonly keepVolumes: boolean;
  readonly portRange: MachinePlan['sshPortRange'];
  readonly user: string;
  readonly sshd: MachinePlan['sshd'];
}

/** Images with what a machine needs: a Docker engine, or else a package manager to get an SSH server with. */
const images: Readonly<Record<ServiceKind, string>> = {
  compose: 'cruizba/ubuntu-dind:latest',
  application: 'mcr.microsoft.com/devcontainers/base:ubuntu',
};

/** Throws `invalid` and names the variable. */
export function machineOptions(env: Environment): MachineOptions {
  const kind = choice(env, 'DOKPLOY_MACHINE_KIND', ['compose', 'application']);
  const type = machineTypes[choice(env, 'MACHINE_TYPE', ['unlimited', 'small', 'medium', 'large'])];
  return {
    projectName: nameOf(env, 'DOKPLOY_PROJECT_NAME') ?? '',
    environmentName: nameOf(env, 'DOKPLOY_ENVIRONMENT_NAME'),
    serverId: matching(env, 'DOKPLOY_SERVER_ID', /^[\w-]{1,100}$/, 'is no id of Dokploy', 'ID'),
    kind,
    image: image(env) ?? images[kind],
    registry: registry(env, kind),
    cpus: cpus(env) ?? type.cpus,
    memoryMb: memoryMb(env) ?? type.memoryMb,
    volumes: volumes(env),
    keepVolumes: keepVolumesOption(env),
    portRange: portRange(env),
    user: userOption(env),
    sshd: choice(env, 'DOKPLOY_SSHD', ['install', 'image']),
  };
}

/** Whether what is in the volumes outlives the machine. */
export function keepVolumesOption(env: Environment): boolean {
  return choice(env, 'DOKPLOY_KEEP_VOLUMES', ['true', 'false']) === 'true';
}

/** Who logs in. */
export function userOption(env: Environment): string {
  const problem = 'is no Unix user name';
  return matching(env, 'DOKPLOY_USER', unixUser, problem, 'dev') ?? 'root';
}

function nameOf(env: Environment, name: 'DOKPLOY_PROJECT_NAME' | 'DOKPLOY_ENVIRONMENT_NAME'): string | null {
  return matching(env, name, /^\P{Cc}{1,100}$/u, 'is longer than 100 characters or holds a line break', 'NAME');
}

function image(env: Environment): string | null {
  const problem = 'is no name of a Docker image';
  return matching(env, 'DOKPLOY_IMAGE', /^[a-z0-9][\w.:/@-]{0,499}$/i, problem, 'ubuntu:24.04');
}

function registry(env: Environment, kind: ServiceKind): MachinePlan['registry'] {
  const [url, username, password] = [
    textOf(env, 'DOKPLOY_REGISTRY_URL'),
    textOf(env, 'DOKPLOY_REGISTRY_USERNAME'),
    textOf(env, 'DOKPLOY_REGISTRY_PASSWORD'),
  ];
  if (username === null && password === null && url === null) return null;
  const missing: MachineOption | undefined =
    username === null ? 'DOKPLOY_REGISTRY_USERNAME' : password === null ? 'DOKPLOY_REGISTRY_PASSWORD' : undefined;
  if (missing !== undefined || username === null || password === null) {
    const name = missing ?? 'DOKPLOY_REGISTRY_USERNAME';
    throw wrong(name, 'is not set, while the rest of the registry is', setIt(env, name, '…'));
  }
  if (kind === 'compose') {
    throw wrong(
      'DOKPLOY_REGISTRY_USERNAME',
      'is of no use to a compose service: Dokploy takes a password of a registry for an application only',
      'Add the registry in Dokploy itself (Settings, Registry), or set DOKPLOY_MACHINE_KIND=application.',
    );
  }
  // Docker Hub is what Docker takes for an empty one.
  return { url: url ?? '', username, password };
}

function cpus(env: Environment): number | null {
  const name = 'DOKPLOY_CPUS';
  const text = matching(env, name, /^\d{1,4}(?:\.\d{1,3})?$/, 'is no number of cores', '2');
  if (text === null) return null;
  const count = Number(text);
  if (count < 0.01 || count > 1024) throw wrong(name, 'is not between 0.01 and 1024', setIt(env, name, '2'));
  return count;
}

/** Multiples of a MiB. */
const units: Readonly<Record<string, number>> = { '': 1, k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 };

function memoryMb(env: Environment): number | null {
  const name = 'DOKPLOY_MEMORY';
  const text = textOf(env, name);
  if (text === null) return null;
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*([kmgt]?)(?:i?b)?$/i.exec(text);
  if (match === null) throw wrong(name, 'is no amount of memory', setIt(env, name, '4g'));
  const amount = Math.round(Number(match[1]) * (units[(match[2] ?? '').toLowerCase()] ?? 1));
  if (amount < 16 || amount > 16_777_216) throw wrong(name, 'is not between 16 MB and 16 TB', setIt(env, name, '4g'));
  return amount;
}

function volumes(env: Environment): readonly MachineVolume[] {
  const name = 'DOKPLOY_VOLUMES';
  const text = textOf(env, name);
  if (text === null) return [];
  const found = text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): MachineVolume => {
      const [, volume = '', mountPath = ''] = /^([a-zA-Z0-9][\w.-]{1,127}):(\/[^:,\p{Cc}]{1,999})$/u.exec(part) ?? [];
      if (volume === '' || /\/\.{1,2}(?:\/|$)/.test(mountPath)) {
        throw wrong(
          name,
          `holds ${JSON.stringify(part)}, which is not NAME:/PATH`,
          setIt(env, name, 'data:/data,cache:/cache'),
        );
      }
      return { name: volume, mountPath: mountPath.replace(/(?<=.)\/+$/, '') };
    });
  for (const key of ['name', 'mountPath'] as const) {
    const values = found.map((volume) => volume[key]);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) {
      throw wrong(name, `has ${twice} twice`, 'Every volume needs its own name and its own place.');
    }
  }
  return found;
}

function portRange(env: Environment): MachineOptions['portRange'] {
  const name = 'DOKPLOY_PORT_RANGE';
  const [, first, last] = /^(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?$/.exec(requiredText(env, name, '2222-2250')) ?? [];
  const from = Number(first);
  const to = Number(last ?? first);
  if (first === undefined || from < 1 || to > 65_535 || to < from) {
    throw wrong(name, 'is no range of ports, the lower one first', setIt(env, name, '2222-2250'));
  }
  return { from, to };
}
