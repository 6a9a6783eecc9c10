import { basename, dirname } from 'node:path';
import { manifestNames, samePath } from './manifestFile.ts';

/** What `devServers.add` is asked for. */
export interface PlaceToAdd {
  /** A manifest, or a folder in which a preset may recognise something. Absolute. */
  readonly path: string;
  readonly isManifest: boolean;
}

/**
 * Where to look for projects in a folder, given the manifest files in it: each devyard.yaml, each folder of a plugin.yaml that
 * no devyard.yaml lies beside, and the folder itself unless its own manifest is among them. The nearest to the top first.
 */
export function placesToAdd(folder: string, files: readonly string[]): readonly PlaceToAdd[] {
  const isManifest = (file: string): boolean => manifestNames.some((name) => name === basename(file));
  const manifests = files.filter(isManifest).filter((file, _, all) => !hidesBehindSibling(file, all));
  const declared = manifests.map((file) => dirname(file));
  const recognised = [folder, ...files.filter((file) => !isManifest(file)).map((file) => dirname(file))];
  const folders = recognised.filter(
    (one, index) =>
      !declared.some((other) => samePath(other, one)) &&
      recognised.findIndex((other) => samePath(other, one)) === index,
  );
  return [
    ...manifests.map((path) => ({ path, isManifest: true })),
    ...folders.map((path) => ({ path, isManifest: false })),
  ].toSorted((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
}

/** devyard.yml beside devyard.yaml: only the latter counts. */
function hidesBehindSibling(file: string, all: readonly string[]): boolean {
  return (
    basename(file) !== manifestNames[0] && all.some((one) => one !== file && samePath(dirname(one), dirname(file)))
  );
}

const depth = (path: string): number => path.split(/[\\/]/).length;
