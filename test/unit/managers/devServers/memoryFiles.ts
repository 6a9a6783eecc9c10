import { posix } from 'node:path';
import type { ProjectFiles } from '../../../../src/managers/devServers/manifest/projectFiles.ts';

/** Files by absolute path, and links to where they lead. Folders exist where something is in them. */
export function memoryFiles(
  texts: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): ProjectFiles & { readonly read: readonly string[] } {
  const paths = Object.keys(texts);
  const read: string[] = [];
  const exists = (path: string): boolean => paths.some((each) => each === path || each.startsWith(`${path}/`));
  return {
    read,
    readText: (path) => {
      read.push(path);
      return Promise.resolve(texts[path]);
    },
    list: (folder) => {
      const inside = paths.filter((path) => path.startsWith(folder === '/' ? '/' : `${folder}/`));
      return Promise.resolve([...new Set(inside.map((path) => posix.relative(folder, path).split('/')[0] ?? ''))]);
    },
    realpath: (path) => {
      const link = Object.keys(links).find((each) => path === each || path.startsWith(`${each}/`));
      if (link !== undefined) return Promise.resolve(`${links[link] ?? ''}${path.slice(link.length)}`);
      return Promise.resolve(path === '/' || exists(path) ? path : undefined);
    },
  };
}
