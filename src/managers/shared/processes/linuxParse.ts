import type { ProcessRow } from './types.ts';

/** What the kernel counts in, from the auxiliary vector of our own process. */
export interface LinuxUnits {
  readonly ticksPerSecond: number;
  readonly pageBytes: number;
}

/** AT_PAGESZ and AT_CLKTCK of getauxval(3). */
const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

/** Reads /proc/self/auxv: pairs of native words, little-endian on every platform Node runs on but s390x. */
export function parseAuxv(auxv: Uint8Array, wordBytes: 4 | 8): LinuxUnits {
  const view = new DataView(auxv.buffer, auxv.byteOffset, auxv.byteLength);
  const word = (at: number): number =>
    wordBytes === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  let ticksPerSecond = 100;
  let pageBytes = 4096;
  for (let at = 0; at + 2 * wordBytes <= view.byteLength; at += 2 * wordBytes) {
    const value = word(at + wordBytes);
    if (word(at) === AT_PAGESZ && value > 0) pageBytes = value;
    if (word(at) === AT_CLKTCK && value > 0) ticksPerSecond = value;
  }
  return { ticksPerSecond, pageBytes };
}

/**
 * Parses /proc/PID/stat, see proc_pid_stat(5); undefined when it is not one.
 * The command name in parentheses may itself hold spaces, parentheses and line ends, so only its last `)` counts.
 */
export function parseStat(text: string, units: LinuxUnits): ProcessRow | undefined {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 1 || close < open) return undefined;
  const pid = natural(text.slice(0, open));
  // The state is field 3 of the manual page, so field n is at index n - 3.
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(' ');
  const field = (n: number): string | undefined => fields[n - 3];
  const state = field(3);
  const ppid = natural(field(4));
  const pgid = natural(field(5));
  const threads = natural(field(20));
  const startTime = field(22);
  const rssPages = natural(field(24));
  const own = sum(field(14), field(15));
  const reaped = sum(field(16), field(17));
  if (pid === undefined || ppid === undefined || pgid === undefined || threads === undefined) return undefined;
  if (state === undefined || !/^[A-Za-z]$/.test(state) || startTime === undefined || !/^\d+$/.test(startTime))
    return undefined;
  if (rssPages === undefined || own === undefined || reaped === undefined) return undefined;
  // A main thread that ended before the others is shown as a zombie too, but its process still runs.
  const zombie = state === 'Z' && threads <= 1;
  return {
    pid,
    ppid,
    pgid,
    startTime,
    alive: !zombie && state !== 'X' && state !== 'x',
    cpuSeconds: (own + reaped) / units.ticksPerSecond,
    reapedCpuSeconds: reaped / units.ticksPerSecond,
    rssBytes: rssPages * units.pageBytes,
  };
}

/** Splits NUL-terminated strings (/proc/PID/cmdline, /proc/PID/environ). */
export function splitNul(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

function natural(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Times are signed in the manual page; a negative one is a kernel's rounding and counts as none. */
function sum(first: string | undefined, second: string | undefined): number | undefined {
  if (first === undefined || second === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(first) || !/^-?\d{1,15}$/.test(second)) return undefined;
  return Math.max(0, Number(first)) + Math.max(0, Number(second));
}
