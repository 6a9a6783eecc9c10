import { gitUrlProblem } from '../../../creation/problems.ts';
import type { Localizer } from '../../../shared/l10n.ts';

/*
 * What is wrong with an answer while it is typed, or undefined. The daemon has the last word; this only spares a person the
 * way there and back for what everybody gets wrong.
 */

/** Dokploy makes names of hosts and services from it. */
export function workspaceNameProblem(text: string, l10n: Localizer): string | undefined {
  const name = text.trim();
  if (name === '') return l10n.t('Enter a name.');
  if (name.length > 63) return l10n.t('Use at most {0} characters.', 63);
  if (!/^[a-zA-Z0-9]/.test(name)) return l10n.t('Begin with a letter or a digit.');
  return /^[a-zA-Z0-9 ._-]+$/.test(name)
    ? undefined
    : l10n.t('Use letters from a to z, digits, blanks, dots and dashes only.');
}

/** Of a project or environment that is to be made. `taken`: names of those that are there. */
export function placeNameProblem(text: string, taken: readonly string[], l10n: Localizer): string | undefined {
  const name = text.trim();
  if (name === '') return l10n.t('Enter a name.');
  if (name.length > 100) return l10n.t('Use at most {0} characters.', 100);
  if (/\p{Cc}/u.test(name)) return l10n.t('Leave out control characters.');
  return taken.some((one) => one.toLowerCase() === name.toLowerCase())
    ? l10n.t('{0} is there already: go back and pick it.', name)
    : undefined;
}

/** Where a workspace on another machine can clone from; empty for none. */
export function repositoryProblem(text: string, l10n: Localizer): string | undefined {
  const url = text.trim();
  if (url === '') return undefined;
  if (/^(?:file:|[/~.\\]|[a-zA-Z]:[\\/])/i.test(url)) {
    return l10n.t('The workspace is on another machine: use https://…, ssh://… or git@host:path.');
  }
  if (/^https?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)/i.test(url)) {
    return l10n.t('The workspace cannot reach localhost of this computer: use an address that others can use, too.');
  }
  return gitUrlProblem(url, l10n);
}

export function userProblem(text: string, l10n: Localizer): string | undefined {
  return /^[a-z_][a-z0-9_-]{0,31}$/.test(text.trim())
    ? undefined
    : l10n.t('A user name begins with a lower-case letter and has lower-case letters, digits, dashes and underscores.');
}
