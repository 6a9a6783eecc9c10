import { isDokployFailure } from '../api/failure.ts';
import type { MountRow, PortRow, Service } from '../api/types.ts';
import { environmentText, withoutTemplates } from './environmentText.ts';
import { environmentOf, scriptOf, sshPort, staysEnded, volumesOf } from './plan.ts';
import type { MachineContext, MachinePlan, MachinePort, MachineVolume } from './types.ts';
import { createOnce, surely } from './waiting.ts';

type SettingsContext = Pick<MachineContext, 'api' | 'clock' | 'signal'>;

/**
 * Makes an application what the plan says, but for its port for SSH, and only changes what differs. What Dokploy does not show
 * (the password of a registry, the swarm's own settings) is written when something else is, or when `isNew`. Returns whether
 * anything was changed, so that it must be deployed.
 */
export async function configureApplication(
  context: SettingsContext,
  service: Service,
  plan: MachinePlan,
  isNew: boolean,
): Promise<boolean> {
  const { api, signal } = context;
  const { id } = service;
  const env = environmentText(withoutTemplates(environmentOf(plan)));
  const settings = settingsOf(plan);
  const isEnvWrong = service.env !== env;
  const isSettingWrong = Object.entries(shownSettings(service)).some(
    ([name, value]) => !isEqual(settings[name], value),
  );
  const isImageWrong = service.dockerImage !== plan.image;
  const volumes = await correctVolumes(context, service, plan);
  const ports = await correctPorts(context, service, plan);
  const isChanged = isEnvWrong || isSettingWrong || isImageWrong || volumes || ports;
  if (!isChanged && !isNew) return false;
  const { registry, image } = plan;
  const provider = {
    dockerImage: image,
    username: registry?.username ?? '',
    password: registry?.password ?? '',
    registryUrl: registry?.url ?? '',
  };
  await Promise.all([
    surely(context, () => api.saveDockerProvider(id, provider, { signal })),
    isEnvWrong ? surely(context, () => api.saveEnvironment(service, env, { signal })) : undefined,
    surely(context, () => api.updateApplication(id, settings, { signal })),
  ]);
  return isChanged;
}

/** By the names of `application.update`. Limits are text: bytes, and billionths of a core. */
function settingsOf(plan: MachinePlan): Readonly<Record<string, unknown>> {
  const { cpus, memoryMb } = plan;
  const script = scriptOf(plan);
  return {
    command: script === undefined ? null : '/bin/sh',
    args: script === undefined ? [] : ['-c', script],
    memoryLimit: memoryMb === null ? null : String(memoryMb * 1024 * 1024),
    cpuLimit: cpus === null ? null : String(Math.round(cpus * 1_000_000_000)),
    replicas: 1,
    // The other order waits for a place at a port that the old task has: for ever, on one node (recorded answers 161–166).
    updateConfigSwarm: { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause' },
    // A machine that ended because nobody used it must stay ended.
    restartPolicySwarm: { Condition: staysEnded(plan) ? 'on-failure' : 'any' },
  };
}

/** Those that Dokploy shows. */
function shownSettings({ command, args, memoryLimit, cpuLimit }: Service): Readonly<Record<string, unknown>> {
  return { command, args, memoryLimit, cpuLimit };
}

function isEqual(a: unknown, b: unknown): boolean {
  const plain = (value: unknown): unknown => (value === '' ? null : value);
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** Volumes only: what is mounted otherwise, somebody mounted by hand. */
async function correctVolumes(context: SettingsContext, service: Service, plan: MachinePlan): Promise<boolean> {
  const { api, signal } = context;
  const isThat = (row: MountRow, { name, mountPath }: MachineVolume): boolean =>
    row.type === 'volume' && row.volumeName === name && row.mountPath === mountPath;
  const volumes = service.mounts.filter(({ type }) => type === 'volume');
  const { surplus, missing } = difference(volumes, volumesOf(plan), isThat);
  for (const { mountId } of surplus) await removed(context, () => api.deleteMount(mountId, { signal }));
  for (const volume of missing) {
    const { name: volumeName, mountPath } = volume;
    await createOnce(
      context,
      () => api.createVolume(service.id, { volumeName, mountPath }, { signal }),
      async () => (await api.service(service, { signal })).mounts.some((row) => isThat(row, volume)),
    );
  }
  return surplus.length + missing.length > 0;
}

/** All but that for SSH, which is claimed otherwise. */
async function correctPorts(context: SettingsContext, service: Service, plan: MachinePlan): Promise<boolean> {
  const { api, signal } = context;
  const isThat = (row: PortRow, { published, target, protocol }: MachinePort): boolean =>
    row.publishedPort === published &&
    row.targetPort === target &&
    row.protocol === protocol &&
    row.publishMode === 'host';
  const rows = service.ports.filter(({ targetPort, protocol }) => targetPort !== sshPort || protocol !== 'tcp');
  const { surplus, missing } = difference(rows, plan.ports, isThat);
  for (const { portId } of surplus) await removed(context, () => api.deletePort(portId, { signal }));
  for (const port of missing) {
    await createOnce(
      context,
      () => api.createPort(service.id, portRow(port), { signal }),
      async () => (await api.service(service, { signal })).ports.some((row) => isThat(row, port)),
    );
  }
  return surplus.length + missing.length > 0;
}

/** On the host itself: through the mesh of a swarm, every connection would seem to come from the same address. */
export function portRow({ published, target, protocol }: MachinePort): Omit<PortRow, 'portId'> {
  return { publishedPort: published, targetPort: target, protocol, publishMode: 'host' };
}

/** Takes something away that may be gone already. */
export async function removed(context: SettingsContext, remove: () => Promise<void>): Promise<void> {
  try {
    await surely(context, remove);
  } catch (error) {
    if (!isDokployFailure(error, 'not-found')) throw error;
  }
}

/** Rows that nothing wants, or that are there twice, and what has no row. */
function difference<Row, Wish>(
  rows: readonly Row[],
  wishes: readonly Wish[],
  isThat: (row: Row, wish: Wish) => boolean,
): { readonly surplus: readonly Row[]; readonly missing: readonly Wish[] } {
  const kept = new Set(wishes.map((wish) => rows.find((row) => isThat(row, wish))));
  return {
    surplus: rows.filter((row) => !kept.has(row)),
    missing: wishes.filter((wish) => !rows.some((row) => isThat(row, wish))),
  };
}
