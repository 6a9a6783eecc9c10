import { formatDuration } from '../../shared/format.ts';
import type { Localizer } from '../../shared/l10n.ts';
import { reasonOf } from '../../shared/sessionState.ts';

/** A line of its own in a terminal that Devyard says, not the program. */
export function noteLine(text: string): string {
  return `\r\n\u001B[0;2m── ${text} ──\u001B[0m\r\n`;
}

/** How a command or shell ended. */
export function exitText(
  { code, signal }: { readonly code: number | null; readonly signal: string | null },
  l10n: Localizer,
): string {
  if (code !== null) return l10n.t('Exit code {0}', String(code));
  return signal === null ? l10n.t('It ended, and nobody knows how') : l10n.t('Ended by signal {0}', signal);
}

/** Why something could not be done, and what to do about it. Others said it: it must not move the cursor. */
export function failureText(error: unknown): string {
  const { message, hint } = reasonOf(error);
  const text = hint === undefined ? message : `${message} ${hint}`;
  return text.replaceAll(/\p{C}+/gu, ' ').trim();
}

/** `Exit code 0 · 1.4 s`. Milliseconds. */
export function endText(what: string, ms: number, l10n: Localizer): string {
  const time = ms < 60_000 ? l10n.t('{0} s', (Math.round(ms / 100) / 10).toString()) : formatDuration(ms, l10n);
  return `${what} · ${time}`;
}

/** Output of a program that has no terminal, as a terminal shows it: every line begins at the left. */
export function terminalLines(text: string): string {
  return text.replaceAll(/\r?\n/g, '\r\n');
}
