import { type Clock, systemClock } from '../../shared/clock.ts';
import { DevyardError, messageOf } from '../../shared/errors.ts';
import { connect } from './connect.ts';
import { cancelled, placeOf, problemOf, type SshProblem, sshError } from './fault.ts';
import { pause, seconds, timeLimit } from './limit.ts';
import type { SshConnection, SshTarget } from './types.ts';

export interface LoginWait {
  readonly signal?: AbortSignal | undefined;
  /** For all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock?: Clock;
  /** How long a refused key may be one that is only not there yet, in milliseconds. */
  readonly graceMs?: number;
  /** Why an attempt failed, when it is for another reason than the one before. */
  readonly onTrouble?: (message: string) => void;
  readonly connect?: (
    target: SshTarget,
    options: { readonly signal: AbortSignal; readonly timeoutMs: number; readonly clock: Clock },
  ) => Promise<Pick<SshConnection, 'end'>>;
}

/** One attempt. A server that accepts connections says who it is at once. */
const attemptMs = 10_000;

/** Between attempts at a machine that is not there yet: they cost it nothing. */
const pauseMs = 400;

/**
 * Between attempts with a key that was refused. OpenSSH 9.8 and later locks an address out that fails too often: each
 * failure counts 5 seconds, which pass by themselves, and 15 are too much (sshd_config(5), PerSourcePenalties).
 */
const refusedPausesMs = [1000, 2000] as const;
const lastRefusedPauseMs = 5000;

/** What may change while a machine starts, though a server answers: its own, or that its key is written. */
const doubtful: ReadonlySet<SshProblem | undefined> = new Set<SshProblem>(['key-refused', 'not-ssh', 'incompatible']);

/**
 * Resolves when somebody can log in. Rejects at once with what waiting cannot mend (another host than the pinned one, a key
 * that is none, no space for the host's key), after a grace time when the server refuses the key, and `unavailable` with the
 * last reason when the time is up.
 */
export async function waitForLogin(target: SshTarget, options: LoginWait): Promise<void> {
  const { signal, timeoutMs, clock = systemClock, graceMs = 60_000, onTrouble } = options;
  const logIn = options.connect ?? connect;
  using limit = timeLimit(clock, timeoutMs, signal);
  let reason: unknown;
  let doubtfulSince: number | undefined;
  let refusals = 0;
  for (;;) {
    try {
      const connection = await logIn(target, { signal: limit.signal, timeoutMs: attemptMs, clock });
      connection.end();
      return;
    } catch (error) {
      if (limit.signal.aborted) throw givenUp(target, limit.isUp ? timeoutMs : undefined, reason ?? error, signal);
      const problem = problemOf(error);
      if (problem === undefined || problem === 'host-key') throw error;
      if (messageOf(reason) !== messageOf(error)) onTrouble?.(messageOf(error));
      reason = error;
      doubtfulSince = doubtful.has(problem) ? (doubtfulSince ?? clock.monotonic()) : undefined;
      if (doubtfulSince !== undefined && clock.monotonic() - doubtfulSince >= graceMs) throw error;
      refusals = problem === 'key-refused' ? refusals + 1 : 0;
      await pause(
        clock,
        refusals === 0 ? pauseMs : (refusedPausesMs[refusals - 1] ?? lastRefusedPauseMs),
        limit.signal,
      );
      if (limit.signal.aborted) throw givenUp(target, limit.isUp ? timeoutMs : undefined, reason, signal);
    }
  }
}

function givenUp(
  target: SshTarget,
  timeoutMs: number | undefined,
  reason: unknown,
  signal: AbortSignal | undefined,
): DevyardError {
  if (timeoutMs === undefined) return cancelled(signal);
  const hint = reason instanceof DevyardError ? reason.hint : undefined;
  return sshError(
    problemOf(reason) ?? 'silent',
    `Nobody could log in to ${placeOf(target)} within ${seconds(timeoutMs)}. ${messageOf(reason)}`,
    { cause: reason, ...(hint === undefined ? {} : { hint }) },
  );
}
