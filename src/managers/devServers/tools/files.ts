import { constants } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';

/** What finding a tool asks of the disk; a port, so that the ways of all systems can be tested on one. Nothing rejects. */
export interface ToolFiles {
  /** A file that this user may execute; Windows knows no such permission: any file. */
  readonly isProgram: (path: string) => Promise<boolean>;
  readonly isFile: (path: string) => Promise<boolean>;
  /** Undefined for what is missing, no file, unreadable or larger than 1 MB. */
  readonly readText: (path: string) => Promise<string | undefined>;
  /** The path itself where links cannot be resolved. */
  readonly realPath: (path: string) => Promise<string>;
}

const largestText = 1_000_000;

export const systemFiles: ToolFiles = {
  isFile,
  isProgram: async (path) => (await isFile(path)) && (await mayExecute(path)),
  readText: async (path) => {
    try {
      const info = await stat(path);
      return info.isFile() && info.size <= largestText ? await readFile(path, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  },
  realPath: (path) => realpath(path).catch(() => path),
};

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

/** Windows takes X_OK for F_OK. */
function mayExecute(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
