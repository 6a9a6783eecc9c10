import type { EmbedPattern } from './goEmbed.ts';

/**
 * A path, perhaps with wildcards, that is named in so many words by the include globs or embedded by a Go file. What is named
 * counts even where a .gitignore, or a folder that is ignored as a rule, says otherwise.
 */
export interface NamedPath {
  /** Folder that the segments start from, relative to the root with `/`; empty for the root. */
  readonly base: string;
  readonly segments: readonly RegExp[];
  /** A folder of that name stands for all that is in it. */
  readonly deep: boolean;
  /** Also what begins with a dot or an underscore in such a folder. */
  readonly all: boolean;
}

/** A file or folder that an include glob names without any wildcard. */
export function namedLiterally(path: string): NamedPath {
  const segments = path.split('/').map((part) => new RegExp(`^${escaped(part)}$`));
  return { base: '', segments, deep: false, all: false };
}

/** `folder` is that of the Go file, relative to the root. */
export function namedByEmbed(folder: string, { pattern, all }: EmbedPattern): NamedPath {
  const segments = pattern === '.' ? [] : pattern.split('/').map(goSegment);
  return { base: folder, segments, deep: true, all };
}

/** Whether a file counts because it is named. */
export function isNamed(named: readonly NamedPath[], path: string): boolean {
  return named.some((one) => placeOf(one, path) === 'in');
}

/** Whether something in a folder, at any depth, may be named. */
export function holdsNamed(named: readonly NamedPath[], folder: string): boolean {
  return named.some((one) => placeOf(one, folder) !== 'out');
}

/** Where a path lies: itself or within what is named, above it, or elsewhere. */
function placeOf({ base, segments, deep, all }: NamedPath, path: string): 'in' | 'above' | 'out' {
  if (base !== '' && path !== base && !path.startsWith(`${base}/`)) {
    return path === '' || base.startsWith(`${path}/`) ? 'above' : 'out';
  }
  const parts = path.slice(base === '' ? 0 : base.length + 1).split('/');
  if (parts[0] === '') parts.length = 0;
  const common = Math.min(parts.length, segments.length);
  for (let i = 0; i < common; i += 1) if (segments[i]?.test(parts[i] ?? '') !== true) return 'out';
  if (parts.length < segments.length) return 'above';
  const rest = parts.slice(segments.length);
  if (rest.length > 0 && !deep) return 'out';
  // Go embeds no version control, and without `all:` nothing hidden that is not named itself.
  if (rest.some((part) => versionControl.has(part) || (!all && /^[._]/.test(part)))) return 'out';
  return 'in';
}

const versionControl: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', '.bzr']);

/** One element of a path.Match pattern (https://pkg.go.dev/path#Match): `*`, `?`, `[a-z]`, `[^a]` and `\c`. */
function goSegment(segment: string): RegExp {
  let source = '';
  for (const [token] of segment.matchAll(/\\[\s\S]|\[\^?(?:\\.|[^\]\\])+\]|[\s\S]/gu)) {
    if (token === '*') source += '.*';
    else if (token === '?') source += '.';
    else if (token.length > 1 && token.startsWith('[')) source += characterClass(token);
    else source += escaped(token.length > 1 && token.startsWith('\\') ? token.slice(1) : token);
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    // Such as the range `[z-a]`, which Go refuses: nothing is named.
    return /(?!)/;
  }
}

function characterClass(token: string): string {
  const negated = token.startsWith('[^');
  const inner = token
    .slice(negated ? 2 : 1, -1)
    .replaceAll(/\\(.)|([[\]^&|~])/gu, (_, quoted: string | undefined, bare: string | undefined) =>
      escaped(quoted ?? bare ?? ''),
    );
  return `[${negated ? '^' : ''}${inner}]`;
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`);
}
