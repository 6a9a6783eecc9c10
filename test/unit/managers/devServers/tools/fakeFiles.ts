import type { ToolFiles } from '../../../../../src/managers/devServers/tools/files.ts';

/** A disk of texts; a path that ends in `*` may be executed. */
export function fakeFiles(files: Readonly<Record<string, string>>): ToolFiles {
  const texts = new Map(Object.entries(files).map(([path, text]) => [path.replace(/\*$/, ''), text]));
  return {
    isFile: async (path) => texts.has(path),
    isProgram: async (path) => Object.hasOwn(files, `${path}*`),
    readText: async (path) => texts.get(path),
    realPath: async (path) => `${path}#real`,
  };
}
