import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readConfigTextInside } from '../../shared/yaml/configText.ts';

/** What manifests, presets and proposals look at. Nothing here throws: what cannot be read is not there. */
export interface ProjectFiles {
  /** The text of a file of at most 1 MB; undefined for what is no such file, or a link that leads out of its folder. */
  readText(path: string): Promise<string | undefined>;
  /** Names of what is in a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** The real path of what exists, and where a link leads whose target does not; undefined for what does not exist. */
  realpath(path: string): Promise<string | undefined>;
}

/** Links in a row, after which it is a circle (as the kernel counts). */
const maxLinks = 40;

export const diskFiles: ProjectFiles = {
  async readText(path) {
    const read = await readConfigTextInside(path);
    return read.status === 'text' ? read.text : undefined;
  },

  async list(folder) {
    try {
      return await readdir(folder);
    } catch {
      return [];
    }
  },

  realpath: (path) => realOrDangling(path, maxLinks),
};

/** Something may be made through a link whose target does not exist yet, so it counts as being where the link leads. */
async function realOrDangling(path: string, left: number): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    const isLink = await lstat(path).then(
      (stats) => stats.isSymbolicLink(),
      () => false,
    );
    if (!isLink || left === 0) return undefined;
    const target = resolve(dirname(path), await readlink(path).catch(() => ''));
    const parent = await realOrDangling(dirname(target), left - 1);
    return (await realOrDangling(target, left - 1)) ?? (parent === undefined ? target : join(parent, basename(target)));
  }
}
