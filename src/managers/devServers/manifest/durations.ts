/** A number and its unit, as in `50ms`, `30s`, `1.5m` or `2h`. A bare number would leave open what it counts. */
export const durationPattern = /^(?:\d{1,9}ms|\d{1,6}(?:\.\d{1,3})?[smh])$/;

const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
type Unit = keyof typeof units;

/** Milliseconds, whole; undefined for what is no duration. */
export function durationOf(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  const unit = /[a-z]+$/.exec(text)?.[0] as Unit;
  return Math.round(Number(text.slice(0, -unit.length)) * units[unit]);
}

/** The shortest way to write so many milliseconds. */
export function durationText(ms: number): string {
  const fits = (Object.keys(units) as Unit[]).find((unit) => ms > 0 && ms % units[unit] === 0) ?? 'ms';
  return `${String(ms / units[fits])}${fits}`;
}
