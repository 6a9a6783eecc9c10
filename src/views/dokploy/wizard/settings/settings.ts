import { formatDuration } from '../../../shared/format.ts';
import type { Localizer } from '../../../shared/l10n.ts';
import { resourcesText } from './amounts.ts';
import { type Environment, environmentText } from './environment.ts';
import { type PublishedPort, portText } from './ports.ts';
import { realVolumes, type VolumeWish } from './volumes.ts';

export interface Registry {
  /** Empty: Docker Hub. */
  readonly url: string;
  readonly username: string;
  /** Undefined: the one that is kept already. */
  readonly password: string | undefined;
}

/** What can be chosen when a workspace is made, and changed later. The person's answers so far. */
export interface Settings {
  /** Undefined: the one that Devyard usually takes. */
  image: string | undefined;
  /** Null: the image is pulled without a login. */
  registry: Registry | null;
  /** Null: no limit. */
  cpus: number | null;
  /** MiB. Null: no limit. */
  memoryMb: number | null;
  env: Environment;
  volumes: readonly VolumeWish[];
  ports: readonly PublishedPort[];
  /** Null: it never ends by itself. */
  idleStopMinutes: number | null;
  forwardAgent: boolean;
}

export type SettingKey =
  'image' | 'registry' | 'resources' | 'volumes' | 'env' | 'ports' | 'idleStopMinutes' | 'forwardAgent';

/** What a workspace is besides its settings. */
export interface SettingsPlace {
  readonly docker: boolean;
  /** Who logs in. */
  readonly user: string;
}

export interface SettingLine {
  readonly key: SettingKey;
  readonly icon: string;
  readonly label: string;
  readonly value: string;
}

/** Every setting with its value, in the order in which people think of them. */
export function settingLines(settings: Settings, place: SettingsPlace, l10n: Localizer): readonly SettingLine[] {
  const { image, registry, cpus, memoryMb, env, volumes, ports, idleStopMinutes, forwardAgent } = settings;
  const mounted = realVolumes(volumes, place).map(({ mountPath }) => mountPath);
  const published = ports.map(portText);
  const none = l10n.t('none');
  return [
    { key: 'image', icon: 'package', label: l10n.t('Image'), value: image ?? l10n.t('the usual one') },
    { key: 'registry', icon: 'key', label: l10n.t('Registry Login'), value: registryText(registry, l10n) },
    { key: 'resources', icon: 'dashboard', label: l10n.t('Resources'), value: resourcesText(cpus, memoryMb, l10n) },
    {
      key: 'volumes',
      icon: 'database',
      label: l10n.t('Volumes'),
      value: mounted.length === 0 ? none : mounted.join(', '),
    },
    { key: 'env', icon: 'symbol-variable', label: l10n.t('Environment Variables'), value: environmentText(env, l10n) },
    {
      key: 'ports',
      icon: 'plug',
      label: l10n.t('Published Ports'),
      value: published.length === 0 ? l10n.t('only the one for SSH') : published.join(', '),
    },
    { key: 'idleStopMinutes', icon: 'clock', label: l10n.t('Stop When Idle'), value: idleText(idleStopMinutes, l10n) },
    {
      key: 'forwardAgent',
      icon: 'person',
      label: l10n.t('SSH Agent'),
      value: forwardAgent ? l10n.t('forwarded while somebody is connected') : l10n.t('not forwarded'),
    },
  ];
}

export function registryText(registry: Registry | null, l10n: Localizer): string {
  if (registry === null) return l10n.t('none');
  const host = registry.url === '' ? 'Docker Hub' : registry.url;
  return l10n.t('{0} at {1}', registry.username, host);
}

/** After how long without an SSH session it ends: `after 30 min`, `never`. */
export function idleText(minutes: number | null, l10n: Localizer): string {
  return minutes === null ? l10n.t('never') : l10n.t('after {0}', formatDuration(minutes * 60_000, l10n));
}
