import { posix, win32, type PlatformPath } from 'node:path';
import type { ToolFiles } from './files.ts';

export type ToolEnvironment = Readonly<Record<string, string | undefined>>;

export interface SearchContext {
  readonly env: ToolEnvironment;
  readonly platform: NodeJS.Platform;
  readonly fs: ToolFiles;
}

/** What Windows takes where PATHEXT is not set (`cmd.exe`'s own list, without the scripts of other hosts). */
const usualExtensions = ['.COM', '.EXE', '.BAT', '.CMD'];

export function pathsOf(platform: NodeJS.Platform): PlatformPath {
  return platform === 'win32' ? win32 : posix;
}

/** A variable by its name, which Windows spells as it likes (`Path`). */
export function variable(env: ToolEnvironment, name: string, platform: NodeJS.Platform): string | undefined {
  if (platform !== 'win32') return env[name];
  const key = Object.keys(env).find((each) => each.toUpperCase() === name);
  return key === undefined ? undefined : env[key];
}

/**
 * The absolute folders of the PATH, in order. An empty or relative entry means the folder a program happens to run in: what
 * lies there may be anybody's, so it does not count.
 */
export function searchFolders({ env, platform }: Pick<SearchContext, 'env' | 'platform'>): readonly string[] {
  const paths = pathsOf(platform);
  const entries = (variable(env, 'PATH', platform) ?? '').split(paths.delimiter);
  // Windows allows quotes around a folder with a semicolon in its name.
  const folders = platform === 'win32' ? entries.map((entry) => entry.replaceAll('"', '')) : entries;
  return [...new Set(folders.filter((folder) => paths.isAbsolute(folder) && !isDriveless(folder, platform)))];
}

/** `\tools` is absolute on whatever drive is current. */
function isDriveless(folder: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' && /^[\\/](?![\\/])/.test(folder);
}

/** The program of that name in a folder, with the extension that Windows adds; folders and what is no program are skipped. */
export async function findIn(folder: string, name: string, context: SearchContext): Promise<string | undefined> {
  const path = pathsOf(context.platform).join(folder, name);
  for (const candidate of spellings(path, context)) {
    if (await context.fs.isProgram(candidate)) return candidate;
  }
  return undefined;
}

export async function findOnPath(name: string, context: SearchContext): Promise<string | undefined> {
  for (const folder of searchFolders(context)) {
    const found = await findIn(folder, name, context);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** On Windows a file without one of PATHEXT's extensions is no program: the shell script beside an npm shim, say. */
function spellings(path: string, { env, platform }: SearchContext): readonly string[] {
  if (platform !== 'win32') return [path];
  const set = (variable(env, 'PATHEXT', platform) ?? '').split(';').filter((each) => /^\.[^.\\/]+$/.test(each));
  const extensions = set.length === 0 ? usualExtensions : set;
  const own = win32.extname(path).toUpperCase();
  const asIs = extensions.some((each) => each.toUpperCase() === own) ? [path] : [];
  return [...asIs, ...extensions.map((each) => path + each.toLowerCase())];
}

/** The folders from `from` up to and including `top`; only `from` when it is not inside. */
export function foldersUp(from: string, top: string, platform: NodeJS.Platform): readonly string[] {
  const paths = pathsOf(platform);
  const way = paths.relative(top, from);
  if (way === '..' || way.startsWith(`..${paths.sep}`) || paths.isAbsolute(way)) return [paths.normalize(from)];
  const folders = [paths.normalize(from)];
  for (let left = way === '' ? 0 : way.split(paths.sep).length; left > 0; left -= 1) {
    folders.push(paths.dirname(folders.at(-1) ?? from));
  }
  return folders;
}
