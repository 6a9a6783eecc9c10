import { relative, sep } from 'node:path';
import { makeGlobs, type Globs } from './globs.ts';
import { isIgnored, type IgnoreRules } from './gitignore.ts';
import { holdsNamed, isNamed, namedLiterally, type NamedPath } from './named.ts';

/** How a folder is looked at. `named`: only for what is named in it, because the folder itself is ignored. */
export interface Stance {
  readonly mode: 'open' | 'named';
  /** The .gitignore files above it, outermost first. */
  readonly levels: readonly IgnoreRules[];
}

export interface SelectionOptions {
  /** Absolute folder that the globs are relative to. */
  readonly root: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Absolute files and folders whose changes are a build's own doing. They beat everything. */
  readonly ignorePaths: readonly string[];
  readonly embedded: readonly NamedPath[];
}

/** Which files of a tree count, and which folders have to be watched for them. Paths are relative with `/`; the root is ''. */
export interface Selection {
  readonly isGo: boolean;
  /** null: nothing in it can count. */
  stanceOf(folder: string, parent: Stance): Stance | null;
  counts(file: string, folder: Stance): boolean;
}

/** What a person seldom writes: packages, and the folders that tools keep for themselves. */
function isIgnoredByName(name: string): boolean {
  return name === 'node_modules' || name === 'vendor' || name.startsWith('.');
}

export function makeSelection({ root, include, exclude, ignorePaths, embedded }: SelectionOptions): Selection {
  const globs = makeGlobs(include, exclude);
  const named = [...globs.literals.map(namedLiterally), ...embedded];
  const slashRoot = toSlashes(root);
  const own = ignorePaths.map((path) => relativeTo(root, path));
  const isOwn = (path: string): boolean => own.some((one) => path === one || path.startsWith(`${one}/`));
  const absolute = (path: string): string => (slashRoot.endsWith('/') ? slashRoot : `${slashRoot}/`) + path;
  return {
    isGo: globs.isGo,
    stanceOf(folder, parent) {
      if (isOwn(folder) || globs.excludesFolder(folder)) return null;
      const open = openStance(globs, folder, absolute(folder), parent);
      if (open !== undefined) return open;
      return globs.leadsTo(folder) || holdsNamed(named, folder) ? { mode: 'named', levels: [] } : null;
    },
    counts(file, folder) {
      if (isOwn(file) || globs.excludes(file)) return false;
      if (isNamed(named, file)) return true;
      return folder.mode === 'open' && globs.includes(file) && !isIgnored(folder.levels, absolute(file), false);
    },
  };
}

function openStance(globs: Globs, folder: string, absolute: string, parent: Stance): Stance | undefined {
  if (!globs.mayHold(folder)) return undefined;
  if (parent.mode === 'open') {
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    if (!isIgnoredByName(name) && !isIgnored(parent.levels, absolute, true)) return parent;
  }
  // An include that begins with the folder's name wants what is in it, so the rules that ignored the folder end here.
  return globs.beginsWith(folder) ? { mode: 'open', levels: [] } : undefined;
}

/** The path as the globs see it, also on Windows. */
export function relativeTo(root: string, path: string): string {
  return toSlashes(relative(root, path));
}

export function toSlashes(path: string, separator: string = sep): string {
  return separator === '/' ? path : path.replaceAll(separator, '/');
}
