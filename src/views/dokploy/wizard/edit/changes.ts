import type { Workspace } from '../../../../api/contract/dokploy.ts';
import type { OperationInput } from '../../../../api/contract/operations.ts';
import { registryBody } from '../create/draft.ts';
import type { SettingKey, Settings } from '../settings/settings.ts';
import { namedVolumes } from '../settings/volumes.ts';

type PatchBody = OperationInput<'dokploy.patch'>['body'];

/** What a workspace is set to. Values that are secret are not known here and stay as they are. */
export function settingsOf(workspace: Workspace): Settings {
  const { image, registry, cpus, memoryMb, envNames, volumes, ports, idleStopMinutes, forwardAgent } = workspace;
  return {
    image: image ?? undefined,
    registry: registry && { ...registry, password: undefined },
    cpus,
    memoryMb,
    env: Object.fromEntries(envNames.map((name) => [name, null])),
    volumes: volumes.map((volume) => ({ role: 'own', ...volume })),
    ports,
    idleStopMinutes,
    forwardAgent,
  };
}

/** What is other than before. */
export function changedSettings(before: Settings, now: Settings): readonly SettingKey[] {
  const parts: Readonly<Record<SettingKey, (settings: Settings) => unknown>> = {
    image: ({ image }) => image,
    registry: ({ registry }) => registry,
    resources: ({ cpus, memoryMb }) => [cpus, memoryMb],
    volumes: ({ volumes }) => volumes.map(({ name, mountPath }) => [name, mountPath]),
    env: ({ env }) => Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1)),
    ports: ({ ports }) => ports,
    idleStopMinutes: ({ idleStopMinutes }) => idleStopMinutes,
    forwardAgent: ({ forwardAgent }) => forwardAgent,
  };
  return (Object.keys(parts) as SettingKey[]).filter((key) => {
    return JSON.stringify(parts[key](before)) !== JSON.stringify(parts[key](now));
  });
}

/** What the daemon is asked for: only what is to be otherwise. `prefix` begins the names of new volumes. */
export function patchBody(settings: Settings, changed: readonly SettingKey[], prefix: string): PatchBody {
  const { image, registry, cpus, memoryMb, env, volumes, ports, idleStopMinutes, forwardAgent } = settings;
  const parts: Readonly<Record<SettingKey, () => PatchBody>> = {
    image: () => (image === undefined ? {} : { image }),
    registry: () => ({ registry: registryBody(registry) }),
    resources: () => ({ cpus, memoryMb }),
    volumes: () => ({ volumes: namedVolumes(volumes, prefix).map((volume) => ({ ...volume })) }),
    env: () => ({ env: { ...env } }),
    ports: () => ({ ports: ports.map((port) => ({ ...port })) }),
    idleStopMinutes: () => ({ idleStopMinutes }),
    forwardAgent: () => ({ forwardAgent }),
  };
  return Object.assign({}, ...changed.map((key) => parts[key]())) as PatchBody;
}
