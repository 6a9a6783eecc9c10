import type { Clock } from '../../shared/clock.ts';

/** Ends when the caller does or when the time is up, whichever comes first. */
export interface Limit extends Disposable {
  readonly signal: AbortSignal;
  /** True: it was the time. */
  readonly isUp: boolean;
  readonly ms: number;
}

export function timeLimit(clock: Clock, ms: number, outer?: AbortSignal): Limit {
  const controller = new AbortController();
  let isUp = false;
  const stop = clock.after(ms, () => {
    isUp = true;
    controller.abort();
  });
  const end = (): void => controller.abort(outer?.reason);
  if (outer?.aborted === true) end();
  else outer?.addEventListener('abort', end, { once: true });
  return {
    signal: controller.signal,
    ms,
    get isUp() {
      return isUp;
    },
    [Symbol.dispose]() {
      stop();
      outer?.removeEventListener('abort', end);
    },
  };
}

/** Milliseconds for a sentence. */
export function seconds(ms: number): string {
  return `${String(Math.round(ms / 100) / 10)} s`;
}

/** Resolves after so many milliseconds, or as soon as the signal is aborted. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const stop = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted === true) done();
  });
}
