import type { Clock } from '../../shared/clock.ts';
import { DokployFailure, type DokployFailureKind } from './failure.ts';

export interface RetryPolicy {
  /** Attempts in all. */
  readonly attempts: number;
  /** Milliseconds from the first attempt, after which no other one begins. */
  readonly withinMs: number;
  /** Milliseconds before the second attempt; each further pause is twice as long. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const usualPolicy: RetryPolicy = { attempts: 4, withinMs: 20_000, firstPauseMs: 250, longestPauseMs: 4000 };

/** Nothing was carried out, whatever the call was. */
const untouched: ReadonlySet<DokployFailureKind> = new Set(['unreachable', 'rate-limited']);
/** It may have been carried out: only a call that changes nothing may be repeated. */
const uncertain: ReadonlySet<DokployFailureKind> = new Set(['torn', 'timeout', 'server-error']);

export interface RetrySituation {
  readonly kind: DokployFailureKind;
  /** Whether the call only reads. */
  readonly isReading: boolean;
  /** Attempts that failed, this one included. */
  readonly failed: number;
  /** Milliseconds since the first one began. */
  readonly elapsedMs: number;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;
  /** From 0 up to 1: clients that failed together do not come back together. */
  readonly random: number;
}

/** Milliseconds to wait before the next attempt; undefined: it stays a failure. */
export function pauseBefore(situation: RetrySituation, policy: RetryPolicy = usualPolicy): number | undefined {
  const { kind, isReading, failed, elapsedMs, retryAfterMs, random } = situation;
  if (!untouched.has(kind) && !(isReading && uncertain.has(kind))) return undefined;
  if (failed >= policy.attempts) return undefined;
  const longest = Math.min(policy.longestPauseMs, policy.firstPauseMs * 2 ** (failed - 1));
  const pause = Math.max(longest * (0.5 + random / 2), retryAfterMs ?? 0);
  return elapsedMs + pause > policy.withinMs ? undefined : pause;
}

export interface RepeatOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly isReading: boolean;
  readonly signal: AbortSignal | undefined;
  readonly policy?: RetryPolicy;
}

/** Runs `attempt` until it succeeds, may not be repeated, or was repeated enough. The signal also ends the waiting. */
export async function repeating<T>(attempt: () => Promise<T>, options: RepeatOptions): Promise<T> {
  const { clock, random, isReading, signal, policy } = options;
  const began = clock.monotonic();
  for (let failed = 1; ; failed += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof DokployFailure)) throw error;
      const { kind, retryAfterMs } = error;
      const elapsedMs = clock.monotonic() - began;
      const pause = pauseBefore({ kind, isReading, failed, elapsedMs, retryAfterMs, random: random() }, policy);
      if (pause === undefined) throw error;
      if (!(await hasPassed(clock, pause, signal))) throw cancelled(error);
    }
  }
}

/** Resolves with false as soon as the signal is aborted. */
function hasPassed(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve(false);
    const end = (whole: boolean): void => {
      forget();
      signal?.removeEventListener('abort', stop);
      resolve(whole);
    };
    const stop = (): void => end(false);
    const forget = clock.after(ms, () => end(true));
    signal?.addEventListener('abort', stop, { once: true });
  });
}

function cancelled({ call, host, message }: DokployFailure): DokployFailure {
  return new DokployFailure('cancelled', `The call was cancelled (${call}). Before: ${message}`, { call, host });
}
