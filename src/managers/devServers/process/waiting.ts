import type { Clock } from '../../shared/clock.ts';

/** Resolves after `ms` milliseconds, or at once when the signal aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** What is awaited, or a rejection with the signal's reason as soon as it aborts; what was awaited is not waited for then. */
export async function unlessAborted<T>(awaited: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const end = AbortSignal.any([signal, settled.signal]);
  try {
    return await Promise.race([
      awaited,
      aborted(end).then((): never => {
        throw signal.reason;
      }),
    ]);
  } finally {
    settled.abort();
  }
}

export interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Nobody need wait for it: a rejection that nobody hears of is no fault. */
export function deferred(): Deferred {
  const made = Promise.withResolvers<void>();
  made.promise.catch(() => undefined);
  return made;
}
