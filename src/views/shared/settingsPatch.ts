import type { Settings } from '../../api/contract/settings.ts';

/** Settings that this editor hands to the daemon: the key below `devyard.`, and the daemon's name for it. */
export const pushedSettings = {
  'codeServer.path': 'codeServerPath',
  'codeServer.portRange': 'portRange',
  'codeServer.startTimeout': 'startTimeoutSeconds',
  'codeServer.stopGrace': 'stopGraceSeconds',
  'codeServer.extensionGallery': 'extensionGallery',
  'codeServer.devboxConfig': 'devboxConfigPath',
  'codeServer.access': 'codeServerAccess',
  'devServers.tools': 'devServerTools',
  'devServers.stopAfterLastWindow': 'devServerGraceSeconds',
} as const satisfies Record<string, keyof Settings>;

export type SettingKey = keyof typeof pushedSettings;

/** What a person set, and what holds when nothing is set, both as the editor gives them. */
export interface Setting {
  readonly user: unknown;
  readonly preset: unknown;
}

/**
 * What to tell the daemon. Only what a person set is sent, so that what was set through the command line stays; of the
 * keys in `unset` the preset is sent, because they were just taken back. A workspace's values have no way in here.
 */
export function settingsPatch(
  read: (key: SettingKey) => Setting,
  unset: ReadonlySet<SettingKey> = new Set(),
): Partial<Settings> {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(pushedSettings) as SettingKey[]) {
    const { user, preset } = read(key);
    if (user !== undefined)
      patch[pushedSettings[key]] = isObject(user) && isObject(preset) ? { ...preset, ...user } : user;
    else if (unset.has(key)) patch[pushedSettings[key]] = preset;
  }
  // The daemon checks every value and names the one that is wrong.
  return patch;
}

/** The part of a patch that would change something. */
export function realChanges(patch: Partial<Settings>, current: Settings): Partial<Settings> {
  const keys = (Object.keys(patch) as (keyof Settings)[]).filter(
    (key) => JSON.stringify(patch[key]) !== JSON.stringify(current[key]),
  );
  return Object.fromEntries(keys.map((key) => [key, patch[key]]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
