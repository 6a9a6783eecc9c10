import { errnoOf } from '../errors.ts';
import { stampKey } from './tree.ts';
import type { PoliteSignal, ProcessPlatform, ProcessRow } from './types.ts';

export type EndingSignal = PoliteSignal | 'SIGKILL';
/** Like process.kill: a negative pid is a process group. Throws ESRCH and EPERM. */
export type Kill = (pid: number, signal: EndingSignal | 'SIGCONT') => void;

export interface SignalTarget {
  readonly platform: ProcessPlatform;
  readonly kill: Kill;
  /** The group of this very process: it is never signalled as a whole. */
  readonly ownGroup: number;
}

/**
 * Signals `members` and returns the keys of those that may not be signalled (EPERM).
 * A group gets one signal as a whole, so that a process forked meanwhile gets it too and nobody gets two: many programs
 * take a second TERM or INT for "at once". Each signal directly follows a check that a member is still who it was.
 */
export async function signalMembers(
  members: readonly ProcessRow[],
  signal: EndingSignal,
  target: SignalTarget,
): Promise<ReadonlySet<string>> {
  const { platform, kill, ownGroup } = target;
  const denied = new Set<string>();
  const reached = new Set<number>();
  const led = new Set(members.map((row) => row.pid));
  // The leader of a group vouches best for it, so it is asked first.
  const leadersFirst = [...members].sort((a, b) => Number(b.pid === b.pgid) - Number(a.pid === a.pgid));
  for (const row of leadersFirst) {
    if (row.pid <= 1 || reached.has(row.pgid)) continue;
    if ((await platform.identify(row.pid))?.startTime !== row.startTime) continue;
    const whole = row.pgid > 1 && row.pgid !== ownGroup && led.has(row.pgid);
    if (whole && send(-row.pgid, signal, kill) === 'sent') {
      reached.add(row.pgid);
      continue;
    }
    if (send(row.pid, signal, kill) === 'denied') denied.add(stampKey(row));
  }
  return denied;
}

function send(pid: number, signal: EndingSignal, kill: Kill): 'sent' | 'gone' | 'denied' {
  // A stopped process (Ctrl+Z in a terminal) only handles a signal when it runs. CONT goes first: after a TERM the pid could
  // be a stranger's already.
  if (signal !== 'SIGKILL' && process.platform !== 'win32') attempt(pid, 'SIGCONT', kill);
  return attempt(pid, signal, kill);
}

function attempt(pid: number, signal: EndingSignal | 'SIGCONT', kill: Kill): 'sent' | 'gone' | 'denied' {
  try {
    kill(pid, signal);
    return 'sent';
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return 'gone';
    if (errnoOf(error) === 'EPERM') return 'denied';
    throw error;
  }
}
