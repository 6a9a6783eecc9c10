import type { Localizer } from '../shared/l10n.ts';

const maxLength = 64;

/**
 * What is wrong with a name while it is being typed, or undefined. The daemon has the last word; this only spares a
 * person the way there and back for what everybody gets wrong.
 */
export function nameProblem(name: string, l10n: Localizer): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return l10n.t('Enter a name.');
  if (Array.from(trimmed).length > maxLength) return l10n.t('Use at most {0} characters.', maxLength);
  if (/[/\\]/.test(trimmed)) return l10n.t('Leave out slashes and backslashes.');
  return /\p{Cc}/u.test(trimmed) ? l10n.t('Leave out control characters.') : undefined;
}
