import type { Clock } from '../shared/clock.ts';

/** A window that lost its daemon starts a new one, or finds it, within seconds. Milliseconds. */
const findMs = 10_000;

/**
 * Tells when the last editor window has been gone for the time of grace. The clock is monotonic and stands still while the
 * machine sleeps (Linux, macOS): a laptop that wakes up has not lost its windows for hours.
 */
export class LastWindow {
  readonly #clock: Clock;
  readonly #graceMs: () => number;
  readonly #onGone: () => void;
  #windows = 0;
  #cancel: (() => void) | undefined;
  #over = false;

  constructor(clock: Clock, graceMs: () => number, onGone: () => void) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#onGone = onGone;
  }

  /** How many windows there are now. */
  count(windows: number): void {
    const had = this.#windows > 0;
    this.#windows = windows;
    if (windows > 0) this.close();
    else if (had) this.#wait(this.#graceMs());
  }

  /** Nobody is there yet: a daemon that took over what a former one ran gives the windows time to find it, at the least. */
  begin(): void {
    this.#wait(Math.max(this.#graceMs(), findMs));
  }

  /** From now on it is the daemon that leaves the windows. */
  end(): void {
    this.#over = true;
    this.close();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(ms: number): void {
    if (this.#windows > 0 || this.#over) return;
    this.close();
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = undefined;
      this.#onGone();
    });
  }
}
