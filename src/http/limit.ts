/** Why an exchange was ended from this side; also the abort reason of `Limit.signal`. */
export type LimitReason = 'timeout' | 'aborted';

/** The end that is set to one exchange: its time, its caller's signal, the transport being closed. */
export interface Limit extends Disposable {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Lifts the limit on time; the others stay. */
  liftTime(): void;
}

/** `signals` may be aborted already. */
export function limitOf(timeoutMs: number, signals: readonly (AbortSignal | undefined)[]): Limit {
  const controller = new AbortController();
  const abort = (): void => controller.abort('aborted' satisfies LimitReason);
  for (const signal of signals) {
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort);
  }
  // Not of the Clock's kind: this one has to keep the process alive while an answer is awaited.
  const timer = setTimeout(() => controller.abort('timeout' satisfies LimitReason), timeoutMs);
  const liftTime = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    timeoutMs,
    liftTime,
    [Symbol.dispose]: () => {
      liftTime();
      for (const signal of signals) signal?.removeEventListener('abort', abort);
    },
  };
}

/** Calls `task` once the signal is aborted, soon where it is already. The returned function takes that back. */
export function onAbort(signal: AbortSignal, task: () => void): () => void {
  let isWanted = true;
  const run = (): void => {
    if (isWanted) task();
  };
  if (signal.aborted) queueMicrotask(run);
  else signal.addEventListener('abort', run, { once: true });
  return () => {
    isWanted = false;
    signal.removeEventListener('abort', run);
  };
}
