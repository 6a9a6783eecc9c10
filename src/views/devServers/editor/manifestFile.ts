import { basename, dirname, join, resolve } from 'node:path';
import type { DevServer } from '../../../api/contract/devServers.ts';

export const manifestNames = ['devyard.yaml', 'devyard.yml'] as const;

/** Where a project is declared: its devyard.yaml, or the file by which its preset was recognised. Absolute. */
export function manifestFileOf({
  manifest,
  devPath,
  preset,
}: Pick<DevServer, 'manifest' | 'devPath' | 'preset'>): string {
  if (manifest !== null) return manifest;
  return join(devPath, preset === 'omniview' ? 'plugin.yaml' : 'package.json');
}

/** A project as a manifest declares it. */
export interface DeclaredProject {
  /** Undefined: the preset knows it. */
  readonly pluginId: string | undefined;
  /** As it is written: relative to the folder of the manifest. */
  readonly root: string;
  /** Where it begins; from 0. */
  readonly line: number;
}

/**
 * Whether this is the project that a manifest file declares. A devyard.yaml is the manifest itself; a plugin.yaml only lies in
 * the folder of a project that may be declared elsewhere. `file` as the editor has it.
 */
export function isDeclaredBy(
  { pluginID, manifest, devPath }: DevServer,
  file: string,
  { pluginId, root }: Pick<DeclaredProject, 'pluginId' | 'root'>,
): boolean {
  if (pluginId !== undefined && pluginID !== pluginId) return false;
  const isHere = samePath(devPath, resolve(dirname(file), root));
  if (!manifestNames.some((name) => name === basename(file))) return isHere;
  return manifest !== null && samePath(manifest, file) && (pluginId !== undefined || isHere);
}

/** What `devServers.add` takes for the projects of a manifest file: a plugin.yaml is recognised by its folder. */
export function pathToAdd(file: string): string {
  return manifestNames.some((name) => name === basename(file)) ? file : dirname(file);
}

/** Editors and daemons write the letter of a drive on Windows in either case. */
export function samePath(a: string, b: string, platform: NodeJS.Platform = process.platform): boolean {
  const normal = (path: string): string => {
    const forward = platform === 'win32' ? path.replaceAll('\\', '/').toLowerCase() : path;
    return forward.length > 1 ? forward.replace(/\/+$/, '') : forward;
  };
  return normal(a) === normal(b);
}
