import { posix, win32, type PlatformPath } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Places {
  /** Where the build ran: what tools usually name files relative to. Absolute. */
  readonly cwd: string;
  /** Of the project. Absolute. */
  readonly root: string;
  /**
   * Whether there is such a file. With it, a relative path is also looked for in the folders above `cwd` up to `root`, because
   * Cargo names files from the root of the workspace. Without it, nothing is asked of the disk.
   */
  readonly exists?: (path: string) => boolean;
}

const windowsPath = /^(?:[A-Za-z]:[\\/]|\\\\[^\\])/;

/** Absolute and normalised; empty for what is no file, such as a module from the network or of a plugin. */
export function placeOf(written: string, places: Places): string {
  const file = withoutQuery(written.trim());
  if (file === '' || /^<.*>$/.test(file)) return '';
  if (file.startsWith('file:')) return fileOfUrl(file, places);
  if (windowsPath.test(file)) return win32.normalize(file);
  if (/^[a-z][\w+.-]+:/i.test(file)) return '';
  const paths = pathsOf(places.cwd);
  if (paths.isAbsolute(file)) return paths.resolve(places.cwd, file);
  const first = paths.resolve(places.cwd, file);
  const { exists } = places;
  if (exists === undefined || exists(first)) return first;
  const found = foldersAbove(paths, places)
    .map((folder) => paths.resolve(folder, file))
    .find((candidate) => exists(candidate));
  return found ?? first;
}

/** Which rules hold is told from the place of the build and not from this machine, so tests of both run on either. */
function pathsOf(cwd: string): PlatformPath {
  return windowsPath.test(cwd) ? win32 : posix;
}

/** From the folder above `cwd` up to `root`; none when the build runs outside the project. */
function foldersAbove(paths: PlatformPath, { cwd, root }: Places): readonly string[] {
  const steps = paths.relative(root, cwd).split(paths.sep);
  if (steps[0] === '' || steps[0] === '..' || paths.isAbsolute(steps.join(paths.sep))) return [];
  return steps.map((_, above) => paths.resolve(cwd, ...Array.from({ length: above + 1 }, () => '..')));
}

/** Bundlers append what a plugin is to do: `App.vue?type=style&index=0`. */
function withoutQuery(file: string): string {
  const query = file.indexOf('?');
  return query > 0 ? file.slice(0, query) : file;
}

function fileOfUrl(url: string, { cwd }: Places): string {
  const windows = windowsPath.test(cwd);
  try {
    return (windows ? win32 : posix).normalize(fileURLToPath(url, { windows }));
  } catch {
    return '';
  }
}
