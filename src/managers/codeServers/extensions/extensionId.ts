import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { DevyardError, errnoOf } from '../../shared/errors.ts';

/** What can be installed: an id of the gallery, with a version if need be, or a package file on this machine. */
export type ExtensionSource =
  | {
      readonly kind: 'gallery';
      /** `publisher.name`; its case does not matter. */
      readonly id: string;
      /** Such as `1.2.3`, or `prerelease` for the newest of all. */
      readonly version: string | undefined;
    }
  | { readonly kind: 'file'; readonly path: string };

// VS Code's own pattern allows no underscore, but Open VSX has publishers and extensions with one.
const galleryPattern = /^([a-z0-9][\w-]*\.[a-z0-9][\w-]*)(?:@(prerelease|\d+\.\d+\.\d+(?:-[\w.-]+)?))?$/i;
const maxIdLength = 250;

/** What one item of a list means; undefined when it is neither. Looks at no file. */
export function parseExtension(item: string): ExtensionSource | undefined {
  // A file's name looks like an id, too.
  if (isPackageName(item)) return isAbsolute(item) && !item.includes('\0') ? { kind: 'file', path: item } : undefined;
  const [, id, version] = item.length > maxIdLength ? [] : (galleryPattern.exec(item) ?? []);
  return id === undefined ? undefined : { kind: 'gallery', id, version };
}

/**
 * The list without spaces around the items and without those that come again (ids in any case). Throws `invalid` naming
 * the item (`extensions.1` when `field` is `extensions`) for what is neither an id nor the absolute path of a readable
 * .vsix file; so nothing in it can be taken for an option of a command line.
 */
export async function validExtensions(list: readonly string[], field: string): Promise<readonly string[]> {
  const kept = new Map<string, string>();
  for (const [index, given] of list.entries()) {
    const item = given.trim();
    const source = parseExtension(item);
    const at = `${field}.${String(index)}`;
    if (source === undefined) throw notAnExtension(item, at);
    if (source.kind === 'file') await requireReadable(source.path, at);
    const key = source.kind === 'file' ? item : item.toLowerCase();
    if (!kept.has(key)) kept.set(key, item);
  }
  return [...kept.values()];
}

function notAnExtension(item: string, field: string): DevyardError {
  const shown = item === '' ? 'An empty text' : `“${item.slice(0, 100)}”`;
  if (isPackageName(item)) {
    return new DevyardError('invalid', `${shown} is not an absolute path.`, {
      field,
      hint: 'Give the whole path of the .vsix file, beginning with a slash.',
    });
  }
  return new DevyardError('invalid', `${shown} is not an extension.`, {
    field,
    hint: 'Give publisher.name, publisher.name@1.2.3, or the absolute path of a .vsix file.',
  });
}

async function requireReadable(path: string, field: string): Promise<void> {
  try {
    if (!(await stat(path)).isFile()) {
      throw new DevyardError('invalid', `${path} is not a file.`, { field, hint: 'Choose a .vsix file.' });
    }
    await access(path, constants.R_OK);
  } catch (error) {
    if (error instanceof DevyardError) throw error;
    const denied = errnoOf(error) === 'EACCES';
    throw new DevyardError('invalid', denied ? `${path} may not be read by you.` : `${path} does not exist.`, {
      field,
      hint: denied ? 'Change its permissions, or choose another file.' : 'Check the path of the .vsix file.',
      cause: error,
    });
  }
}

function isPackageName(item: string): boolean {
  return /\.vsix$/i.test(item);
}
