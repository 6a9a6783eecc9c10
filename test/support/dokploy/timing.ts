/** Delays of a real server, made short by a factor. */
export interface Timing {
  /** Real milliseconds for what took `ms` on a real server. */
  scaled(ms: number): number;
  /** Resolves after so many milliseconds of a real server; at once when the double has ended. */
  pause(ms: number): Promise<void>;
  /** Resolves after so many milliseconds, whatever the pace is. */
  exactly(ms: number): Promise<void>;
  end(): void;
}

export function openTiming(pace: number): Timing {
  const waiting = new Set<() => void>();
  let ended = false;
  const exactly = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (ended) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      waiting.add(done);
    });
  return {
    scaled: (ms) => ms * pace,
    pause: (ms) => exactly(ms * pace),
    exactly,
    end() {
      ended = true;
      for (const done of [...waiting]) done();
    },
  };
}
