import { isAbsolute } from 'node:path';
import type { Localizer } from '../shared/l10n.ts';

/*
 * What is wrong with an answer while it is typed, or undefined. The daemon has the last word; this only spares a person the
 * way there and back for what everybody gets wrong.
 */

/** `https://…`, `ssh://…`, `git@host:path` or the absolute path of a repository on this computer. */
export function gitUrlProblem(text: string, l10n: Localizer): string | undefined {
  const url = text.trim();
  if (url === '') return l10n.t('Enter the address of a repository.');
  if (/\s|\p{Cc}/u.test(url) && !isAbsolute(url)) return l10n.t('Leave out blanks.');
  if (/^https?:\/\/[^/]*:[^/]*@/i.test(url)) {
    return l10n.t('Leave out the password: Git asks your own credential helper.');
  }
  const plain = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/]/i.test(url);
  if (plain || /^(https|ssh):\/\/[^/-][^/]*\/.|^file:\/\/\/./i.test(url)) return undefined;
  // As scp(1) takes it: a colon before any slash.
  if (isAbsolute(url) || /^([\w.+-]+@)?[\w.-]+:[^-:/][^:]*$|^([\w.+-]+@)?[\w.-]+:\/(?!\/)/.test(url)) return undefined;
  if (/^http:\/\//i.test(url)) return l10n.t('Use https instead of http.');
  return l10n.t('Use https://…, ssh://…, git@host:path or the absolute path of a repository.');
}

/** A branch or tag; empty for the default branch. */
export function branchProblem(text: string, l10n: Localizer): string | undefined {
  const branch = text.trim();
  // git-check-ref-format(1)
  return /^-|[\s~^:?*[\\\p{Cc}]|\.\.|@\{|\/\/|^\/|[/.]$|\.lock$/u.test(branch)
    ? l10n.t('This cannot be the name of a branch or tag.')
    : undefined;
}

/** `types`: endings such as `.zip`. */
export function archiveProblem(text: string, types: readonly string[], l10n: Localizer): string | undefined {
  const path = text.trim();
  if (path === '') return l10n.t('Enter the path of an archive.');
  if (!isAbsolute(path) && !path.startsWith('~/')) return l10n.t('Enter an absolute path.');
  return types.some((type) => path.toLowerCase().endsWith(type.toLowerCase()))
    ? undefined
    : l10n.t('The name has to end in {0}.', typesText(types, l10n));
}

/** `.zip or .tar.gz` */
export function typesText(types: readonly string[], l10n: Localizer): string {
  return types.length < 2 ? types.join('') : l10n.t('{0} or {1}', types.slice(0, -1).join(', '), types.at(-1) ?? '');
}

/** A whole number within bounds; empty for none. */
export function numberProblem(text: string, min: number, max: number, l10n: Localizer): string | undefined {
  const value = text.trim();
  if (value === '') return undefined;
  return /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max
    ? undefined
    : l10n.t('Enter a whole number from {0} to {1}.', min, max);
}

/** An extension's id, or the absolute path of a `.vsix` file. */
export function extensionProblem(text: string, l10n: Localizer): string | undefined {
  const extension = text.trim();
  if (extension === '') return l10n.t('Enter the id of an extension.');
  if (isAbsolute(extension)) {
    return extension.toLowerCase().endsWith('.vsix') ? undefined : l10n.t('The file has to end in .vsix.');
  }
  return /^[\w-]+\.[\w-]+(@\d[\w.-]*)?$/.test(extension)
    ? undefined
    : l10n.t('An id looks like publisher.name, for example ms-python.python.');
}
