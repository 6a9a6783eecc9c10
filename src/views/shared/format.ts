import type { Localizer } from './l10n.ts';

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `312 MB`, `1.2 GB`: 1024-based, one decimal below ten, like the editor's own process list. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit > 0 && value < 9.95 ? (Math.round(value * 10) / 10).toString() : Math.round(value).toString();
  return `${text} ${units[unit] ?? 'B'}`;
}

/** `2 %`; 100 is one core. */
export function formatPercent(percent: number): string {
  return `${Math.round(Math.max(0, percent))} %`;
}

/** `3,400`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function formatDuration(ms: number, l10n: Localizer): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return l10n.t('{0} s', seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return l10n.t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? l10n.t('{0} h', hours) : l10n.t('{0} h {1} min', hours, minutes % 60);
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? l10n.t('{0} d', days) : l10n.t('{0} d {1} h', days, hours % 24);
}

/** `just now` below five seconds (also for a clock that runs behind), else `2 min ago`. Whole minutes, hours or days. */
export function formatAge(ms: number, l10n: Localizer): string {
  if (ms < 5000) return l10n.t('just now');
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return l10n.t('{0} s ago', Math.floor(ms / 1000));
  if (minutes < 60) return l10n.t('{0} min ago', minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? l10n.t('{0} h ago', hours) : l10n.t('{0} d ago', Math.floor(hours / 24));
}

/** `2026-11-21T14:03:07.120+01:00`: ISO 8601 in the time zone of this computer. */
export function formatLocalIso(time: number): string {
  const date = new Date(time);
  const offset = -date.getTimezoneOffset();
  const shifted = new Date(time + offset * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${shifted}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Text that Markdown shows as it is, whatever characters a person put in a name; `$(…)` makes no icon of it, either. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&:]/g, '\\$&')
    .replaceAll('$\\(', () => '\\\\$\\(')
    .replaceAll(/\s+/g, ' ');
}

/** A `command:` link target. */
export function commandUri(command: string, ...args: readonly unknown[]): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(args))}`;
}

/** Log lines as Markdown. They are foreign text: the fence is longer than any run of backticks in them. */
export function codeBlock(lines: readonly string[]): string {
  const text = lines.map((line) => line.slice(0, 300)).join('\n');
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}text\n${text}\n${fence}`;
}
