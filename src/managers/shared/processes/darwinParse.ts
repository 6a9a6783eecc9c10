import type { ProcessRow } from './types.ts';

/** `ps -o lstart=` in the C locale: `Sat Nov 21 03:39:07 2026`, day padded with a space. */
const lstart = String.raw`[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}`;
const rowPattern = new RegExp(String.raw`^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(${lstart})\s+([\d:.,-]+)\s+(\d+)\s*$`);
const commandPattern = new RegExp(String.raw`^\s*(\d+)\s+(${lstart})\s(.*)$`);

/** Parses lines of `pid ppid pgid stat lstart time rss`; a line that is none is left out. `rss` is in KiB. */
export function parsePs(text: string): readonly ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const line of text.split('\n')) {
    const [, pid, ppid, pgid, state, startTime, time, rss] = rowPattern.exec(line) ?? [];
    if (state === undefined || startTime === undefined || time === undefined) continue;
    const cpuSeconds = parseCpuTime(time);
    if (cpuSeconds === undefined) continue;
    rows.push({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      startTime,
      alive: !state.startsWith('Z'),
      cpuSeconds,
      rssBytes: Number(rss) * 1024,
    });
  }
  return rows;
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` in seconds; undefined when it is none. */
export function parseCpuTime(text: string): number | undefined {
  const match = /^(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+(?:[.,]\d+)?)$/.exec(text);
  if (match === null) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds.replace(',', '.'));
}

/** One line of `ps -o pid= -o lstart= -o command=`. */
export interface CommandRow {
  readonly pid: number;
  readonly startTime: string;
  readonly command: string;
}

export function parseCommands(text: string): readonly CommandRow[] {
  const rows: CommandRow[] = [];
  for (const line of text.split('\n')) {
    const [, pid, startTime, command] = commandPattern.exec(line) ?? [];
    if (startTime === undefined || command === undefined) continue;
    rows.push({ pid: Number(pid), startTime, command: command.trim() });
  }
  return rows;
}

/**
 * What `ps -E` prints after the command line is the environment; both are joined with spaces, so the line without it
 * says where it begins. A process whose arguments merely mention the variable is not found.
 */
export function environmentHolds(withEnvironment: string, command: string, name: string, value: string): boolean {
  if (!withEnvironment.startsWith(command)) return false;
  const environment = ` ${withEnvironment.slice(command.length).trim()} `;
  return environment.includes(` ${name}=${value} `);
}

/** `{ sec = 1763690000, usec = 0 } Fri Nov 21 …` of `sysctl -n kern.boottime`. */
export function parseBootTime(text: string): string | undefined {
  return /\bsec\s*=\s*(\d+)/.exec(text)?.[1];
}
