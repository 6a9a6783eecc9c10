/** Time as a port, so that tests need not sleep. */
export interface Clock {
  /** Milliseconds since the epoch: for what is shown and stored. It jumps when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds since an arbitrary moment, never set back or forward: for durations and deadlines. */
  monotonic(): number;
  /** Runs `task` once after `ms` milliseconds unless the returned function was called first. Never keeps the process alive. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
