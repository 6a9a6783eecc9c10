import type { Clock } from '../../shared/clock.ts';
import { isDokployFailure } from '../api/failure.ts';

export interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** So long Dokploy may be out of reach (an update of itself takes half a minute) before what waits for it gives up. */
const longestOutageMs = 120_000;

/** Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as it is aborted. */
export function pause({ clock, signal }: Waiting, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Looks again and again until there is something to see; undefined: `forMs` milliseconds passed without. Quick at first, for
 * what is done at once, and then ever more seldom. A server that does not answer for a while is waited for.
 */
export async function lookUntil<T>(
  waiting: Waiting,
  forMs: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { clock, signal } = waiting;
  const began = clock.monotonic();
  let heard = began;
  for (;;) {
    signal.throwIfAborted();
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
      heard = clock.monotonic();
    } catch (error) {
      if (!isPassing(error) || clock.monotonic() - heard > longestOutageMs) throw error;
    }
    const elapsed = clock.monotonic() - began;
    if (elapsed >= forMs) return undefined;
    await pause(waiting, Math.min(intervalAfter(elapsed), forMs - elapsed));
  }
}

/** How long to wait before the next look after so long without success; all in milliseconds. */
function intervalAfter(elapsed: number): number {
  if (elapsed < 3000) return 100;
  if (elapsed < 15_000) return 250;
  return elapsed < 120_000 ? 1000 : 2000;
}

/** Whether the server may well answer the same call in a moment. */
function isPassing(error: unknown): boolean {
  return isDokployFailure(error, 'unreachable', 'torn', 'timeout', 'server-error', 'rate-limited');
}

/** Whether a call that changes something may have been carried out although it failed. */
export function mayHaveHappened(error: unknown): boolean {
  return isDokployFailure(error, 'torn', 'timeout', 'server-error', 'malformed');
}

/** Makes something of which there must be one: after an answer that did not come, it is looked for before it is made again. */
export async function createOnce(
  waiting: Waiting,
  create: () => Promise<unknown>,
  isThere: () => Promise<boolean>,
): Promise<void> {
  await surely(waiting, async () => {
    try {
      await create();
    } catch (error) {
      if (!mayHaveHappened(error) || !(await isThere())) throw error;
    }
  });
}

/** Carries out a change that does no harm when it is carried out twice, again if it is not certain that it was. */
export async function surely<T>(waiting: Waiting, change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      waiting.signal.throwIfAborted();
      if (!mayHaveHappened(error) || attempt === 4) throw error;
      await pause(waiting, 250 * 2 ** attempt);
    }
  }
}
