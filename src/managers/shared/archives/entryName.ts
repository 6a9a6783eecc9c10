/** What a name in an archive means: the parts of a path below the root (none for the root itself), or why it is refused. */
export type EntryName = { readonly parts: readonly string[] } | { readonly refused: string };

/** Linux: NAME_MAX. */
const partBytes = 255;
/** Linux: PATH_MAX, less what the root itself may need. */
const nameBytes = 3500;

/**
 * Takes a name apart. A backslash is an ordinary character here, but the name must be harmless too when it is read as a
 * separator, as Windows and old packers do. `..` is refused even where it would stay inside: no packer writes it.
 */
export function entryName(name: string): EntryName {
  const refused = hostile(name);
  if (refused !== undefined) return { refused };
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  // `./C:x` and `./\x`: what comes after the dropped parts must not be absolute either.
  if (isAbsolute(parts.join('/'))) return { refused: 'has an absolute path' };
  if (Buffer.byteLength(name) > nameBytes || parts.some((part) => Buffer.byteLength(part) > partBytes)) {
    return { refused: 'has a name that is too long for a file system' };
  }
  return { parts };
}

function hostile(name: string): string | undefined {
  if (name === '') return 'has no name';
  if (name.includes('\0')) return 'has a NUL character in its name';
  if (isAbsolute(name)) return 'has an absolute path';
  if (name.split(/[/\\]/).includes('..')) return 'leads out of the folder with “..”';
  return undefined;
}

/** By the rules of POSIX and of Windows: `/x`, `\x`, `C:x`. */
export function isAbsolute(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:)/.test(path);
}
