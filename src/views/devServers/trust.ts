import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import type { DevServer } from '../../api/contract/devServers.ts';
import type { Localizer } from '../shared/l10n.ts';

/** What it takes before what a project's manifest says may run from this window. */
export type TrustStep =
  /** It is trusted already. */
  | 'none'
  /** The person trusts the workspace, and the manifest is a part of it. */
  | 'silent'
  /** The manifest is somewhere else: it is shown, and the person decides. */
  | 'ask'
  /** Nothing is run from a workspace that is not trusted. */
  | 'refuse';

export function trustStep(
  { trusted }: Pick<DevServer, 'trusted'>,
  window: { readonly trusted: boolean; readonly contains: boolean },
): TrustStep {
  if (!window.trusted) return 'refuse';
  if (trusted) return 'none';
  return window.contains ? 'silent' : 'ask';
}

/**
 * Whether a file or folder is inside one of the folders, once all links are resolved: a link in a trusted workspace must
 * not lend its trust to what it points at. False for what does not exist.
 */
export async function isInside(path: string, folders: readonly string[]): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return false;
  for (const folder of folders) {
    const root = await realpath(folder).catch(() => undefined);
    if (root === undefined) continue;
    const way = relative(root, real);
    if (way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`))) return true;
  }
  return false;
}

export interface TrustQuestion {
  readonly message: string;
  /** What would run, and where it is written. */
  readonly detail: string;
}

export function trustQuestion(devServer: DevServer, l10n: Localizer): TrustQuestion {
  const { pluginID, devPath, manifest, preset, processes, builds } = devServer;
  const names = (parts: readonly { readonly name: string }[]): string => parts.map(({ name }) => name).join(', ');
  const lines = [
    manifest === null
      ? l10n.t(
          'Devyard recognised it by the preset {0} in {1}. Its own tools would run there, as you.',
          preset ?? '',
          devPath,
        )
      : l10n.t('The commands in {0} would run in {1}, as you.', manifest, devPath),
    ...(processes.length > 0 ? [l10n.t('Processes: {0}', names(processes))] : []),
    ...(builds.length > 0 ? [l10n.t('Builds: {0}', names(builds))] : []),
    l10n.t('Trust it only if you know where it comes from. When the manifest changes you are asked again.'),
  ];
  return { message: l10n.t('Do you trust the project "{0}"?', pluginID), detail: lines.join('\n\n') };
}
