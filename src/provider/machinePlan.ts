import type { MachinePlan, MachineVolume } from '../managers/dokploy/machines/types.ts';
import { digestOf, type MachineEnvironment } from './machineEnvironment.ts';
import type { MachineOptions } from './machineOptions.ts';

/** Where DevPod's agent keeps the workspaces; provider.yaml tells it so. It outlives the container. */
export const agentDataFolder = '/var/lib/devpod';

/** What the machine is made from: always the same for the same machine and the same options. */
export function planOf(
  { id }: MachineEnvironment,
  marker: string,
  options: MachineOptions,
  publicKey: string,
): MachinePlan {
  const { projectName, environmentName, portRange, keepVolumes: _onlyForDelete, ...same } = options;
  return {
    ...same,
    marker,
    name: id,
    project: { name: projectName },
    environment: environmentName === null ? null : { name: environmentName },
    volumes: volumesOf(id, marker, options),
    env: {},
    ports: [],
    sshPortRange: portRange,
    publicKey,
    // DevPod's agent knows best when nobody is connected, and ends the machine itself.
    idleStopMinutes: null,
    endsItself: true,
  };
}

/** What a person mounts at the same place comes first. */
function volumesOf(id: string, marker: string, { kind, volumes }: MachineOptions): readonly MachineVolume[] {
  const prefix = ownPrefix(id, marker);
  const own = [
    { name: `${prefix}data`, mountPath: agentDataFolder },
    ...(kind === 'compose' ? [{ name: `${prefix}docker`, mountPath: '/var/lib/docker' }] : []),
  ];
  const taken = new Set(volumes.map(({ mountPath }) => mountPath));
  return [...volumes, ...own.filter(({ mountPath }) => !taken.has(mountPath))];
}

/** Whether a volume was made for this machine alone. */
export function isOwnVolume({ id }: MachineEnvironment, marker: string, name: string): boolean {
  return name.startsWith(ownPrefix(id, marker));
}

function ownPrefix(id: string, marker: string): string {
  return `devpod-${slugOf(id)}-${digestOf(marker)}-`;
}

function slugOf(id: string): string {
  return id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
}
