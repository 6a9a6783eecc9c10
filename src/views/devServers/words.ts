import type { Localizer } from '../shared/l10n.ts';

/** `0.4 s`, `1.2 s`, `12 s`, `2 min 5 s`. */
export function formatSeconds(ms: number, l10n: Localizer): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return l10n.t('{0} s', (Math.round(seconds * 10) / 10).toString());
  const whole = Math.round(seconds);
  return whole < 60 ? l10n.t('{0} s', whole) : l10n.t('{0} min {1} s', Math.floor(whole / 60), whole % 60);
}

/** `10:32`, with the date in front on another day: a time that stays true however long it is looked at. */
export function clockTime(at: number, now: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.toDateString() === new Date(now).toDateString()) return clock;
  return `${String(time.getFullYear())}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}

/** An address as it is read: without the slash that says nothing. */
export function plainUrl(url: string | null): string {
  return (url ?? '').replace(/^([a-z]+:\/\/[^/]+)\/$/, '$1');
}
