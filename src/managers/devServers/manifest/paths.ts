import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** The real path of what exists; undefined for what does not. */
export type RealPath = (path: string) => Promise<string | undefined>;

/** `~` and `~/…` are the person's folder; `~other` is nobody's here. */
export function withHome(path: string, home: string): string {
  if (path === '~') return home;
  return path.startsWith('~/') || path.startsWith(`~${sep}`) ? join(home, path.slice(2)) : path;
}

/** Whether an absolute, normalised path is the folder or lies in it. */
export function isWithin(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/**
 * How a path leads out of a folder: by its own words, or through a link on its way; undefined when it stays inside. What
 * does not exist yet is where its nearest existing folder is.
 */
export async function leadsOut(
  folder: string,
  path: string,
  realpath: RealPath,
): Promise<'words' | 'link' | undefined> {
  if (!isWithin(folder, path)) return 'words';
  const [from, to] = [await realOf(folder, realpath), await realOf(path, realpath)];
  return isWithin(from, to) ? undefined : 'link';
}

async function realOf(path: string, realpath: RealPath): Promise<string> {
  const rest: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    const real = await realpath(at);
    if (real !== undefined) return join(real, ...rest);
    if (at === dirname(at)) return resolve(path);
    rest.unshift(basename(at));
  }
}

/** Why a glob cannot be used; undefined when it can. Continues “KEY …”. */
export function globFault(glob: string): string | undefined {
  if (glob.startsWith('!')) return 'begins with “!”. List it under “exclude”, without the “!”.';
  if (glob.includes('\\')) return 'has a backslash. Separate folders with “/”, on Windows as well.';
  if (/^(?:\/|~|[A-Za-z]:)/.test(glob))
    return 'is not relative. Write it from the root of the project on, as in src/**/*.ts.';
  if (glob.split(/[/{},()|]/).includes('..')) return 'leads out of the project. Leave “..” out.';
  return undefined;
}
