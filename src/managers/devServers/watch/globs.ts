import picomatch from 'picomatch';

type Matches = (path: string) => boolean;

/** What `include` and `exclude` say of paths relative to the root, with `/` as the separator. */
export interface Globs {
  readonly includes: Matches;
  readonly excludes: Matches;
  /** Nothing in the folder can count: an exclude covers all of it. */
  readonly excludesFolder: Matches;
  /** Something in the folder, or below it, may match an include. */
  readonly mayHold: Matches;
  /** Includes without a wildcard. */
  readonly literals: readonly string[];
  /** An include begins with the folder in so many words: `vendor/ours` with `vendor/ours/*.go`. */
  readonly beginsWith: Matches;
  /** The folder lies on the way to such a one. */
  readonly leadsTo: Matches;
  /** Some include is about Go sources. */
  readonly isGo: boolean;
}

/** A leading `./` means the root, and a slash at the end all that is in a folder. */
export function makeGlobs(include: readonly string[], exclude: readonly string[]): Globs {
  const includes = include.map(normal).filter((glob) => glob !== '');
  const excludes = exclude.map(normal).filter((glob) => glob !== '');
  const scans = includes.map((glob) => ({ ...picomatch.scan(glob), glob }));
  const literals = scans.filter(({ isGlob, negated }) => !isGlob && !negated).map(({ glob }) => glob);
  const bases = scans.filter(({ isGlob, base }) => isGlob && base !== '').map(({ base }) => base);
  const matches = matcher(includes);
  return {
    includes: matches,
    excludes: matcher(excludes),
    excludesFolder: matcher(excludes.filter((glob) => glob.endsWith('/**') || glob === '**')),
    mayHold: anyOf(includes.map(folderMatcher)),
    literals,
    beginsWith: (folder) => bases.includes(folder),
    leadsTo: (folder) => bases.some((base) => base.startsWith(`${folder}/`)),
    isGo: matches('go.work') || includes.some((glob) => glob.endsWith('.go')),
  };
}

function normal(glob: string): string {
  return glob.replace(/^(?:\.\/)+/, '').replace(/\/$/, '/**');
}

function matcher(globs: readonly string[]): Matches {
  return anyOf(globs.map((glob) => picomatch(glob)));
}

function anyOf(matchers: readonly Matches[]): Matches {
  return (path) => matchers.some((matches) => matches(path));
}

/** Folders that lie on the way to what a glob matches: element by element until one may stand for several. */
function folderMatcher(glob: string): Matches {
  const parts = glob.split('/');
  const open = parts.findIndex((part) => part.includes('**') || /[{}()!]/.test(part));
  const fixed = (open < 0 ? parts.slice(0, -1) : parts.slice(0, open)).map((part) => picomatch(part, { dot: true }));
  return (folder) => {
    const names = folder === '' ? [] : folder.split('/');
    if (open < 0 && names.length > fixed.length) return false;
    return names.every((name, i) => fixed[i]?.(name) ?? true);
  };
}
