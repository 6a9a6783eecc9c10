import type { Clock } from '../../shared/clock.ts';

export interface KeepAlivePorts {
  readonly clock: Clock;
  /** Asks the other side for any answer. */
  readonly ask: () => void;
  /** It answered nothing for too long. */
  readonly dead: () => void;
}

/** After so many milliseconds without a byte from the other side it is asked for one. */
export const askAfterMs = 10_000;
/** So many questions in a row may stay without an answer. */
const mostMisses = 3;
/** How long an answer may take that somebody waits for. */
const urgentMs = 5000;
/** With nothing heard for so long, no question can have been asked in between. */
const doubtfulMs = 2.5 * askAfterMs;

/**
 * Notices within 40 seconds that nobody is there any more, which TCP alone does not for minutes. Goes by the time of day,
 * which counts the sleep of a machine: whoever wants to use the connection after that asks first.
 */
export class KeepAlive {
  readonly #ports: KeepAlivePorts;
  #heardAt: number;
  #misses = 0;
  #isOver = false;
  #stopTimer: () => void;
  #probe: { readonly promise: Promise<boolean>; settle(isAlive: boolean): void } | undefined;

  constructor(ports: KeepAlivePorts) {
    this.#ports = ports;
    this.#heardAt = ports.clock.now();
    this.#stopTimer = this.#schedule();
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = this.#ports.clock.now();
    this.#misses = 0;
    this.#probe?.settle(true);
  }

  /** True when nothing was heard for longer than questions allow: the machine slept, or its clock was set. */
  get isDoubtful(): boolean {
    return this.#misses === 0 && this.#silentMs() > doubtfulMs;
  }

  /** Asks at once. False: nothing was heard within five seconds. The connection is left to its own fate. */
  probe(): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    if (this.#probe !== undefined) return this.#probe.promise;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const stop = this.#ports.clock.after(urgentMs, () => this.#probe?.settle(false));
    this.#probe = {
      promise,
      settle: (isAlive) => {
        stop();
        this.#probe = undefined;
        resolve(isAlive);
      },
    };
    this.#ports.ask();
    return promise;
  }

  stop(): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#probe?.settle(false);
  }

  #schedule(): () => void {
    return this.#ports.clock.after(askAfterMs, () => this.#tick());
  }

  #tick(): void {
    this.#stopTimer = this.#schedule();
    if (this.#silentMs() < askAfterMs) return;
    if (this.#misses >= mostMisses) {
      this.stop();
      this.#ports.dead();
      return;
    }
    this.#misses += 1;
    this.#ports.ask();
  }

  /** A clock that was set back counts as well. */
  #silentMs(): number {
    return Math.abs(this.#ports.clock.now() - this.#heardAt);
  }
}
