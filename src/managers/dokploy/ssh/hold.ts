import { type Clock, systemClock } from '../../shared/clock.ts';
import { type Dispose, Emitter } from '../../shared/emitter.ts';
import { DevyardError } from '../../shared/errors.ts';
import { backoffMs } from './backoff.ts';
import { problemOf } from './fault.ts';
import type { SshPool } from './pool.ts';

/** Milliseconds between attempts to make a broken connection again. */
const between = { first: 250, most: 30_000 };
/** A connection that lasted so long was a good one: the next attempts are counted anew. Milliseconds. */
const goodMs = 30_000;
/** Servers lock out whom they have to refuse too often, so wishes for the connection do not add up to that. Milliseconds. */
const refusedPauseMs = 5000;

/**
 * Keeps the connection of a key up, and makes it again with backoff when it breaks. What waiting cannot mend (another host, a
 * key that is refused) is not tried again and again: only when the key is renewed, or when somebody wants the connection.
 */
export class Hold {
  readonly #pool: Pick<SshPool, 'lease' | 'on'>;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #ended = new AbortController();
  readonly #released: Promise<void>;
  readonly #changed = new Emitter<boolean>();
  readonly #stopEvents: Dispose;
  #isUp = false;
  #problem: unknown;
  /** Since the last good connection. */
  #attempts = 0;
  #triedAt = -Infinity;
  #wake: (() => void) | undefined;

  constructor(
    pool: Pick<SshPool, 'lease' | 'on'>,
    key: string,
    { clock = systemClock, random = Math.random }: { readonly clock?: Clock; readonly random?: () => number } = {},
  ) {
    this.#pool = pool;
    this.#key = key;
    this.#clock = clock;
    this.#random = random;
    this.#released = new Promise((resolve) => {
      this.#ended.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#stopEvents = pool.on((event) => {
      if (event.key !== key) return;
      this.#attempts = 0;
      if (event.type === 'renewed') this.#wake?.();
      else this.release();
    });
    void this.#keep();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why it is not up; undefined while it is or was not tried yet. */
  get problem(): unknown {
    return this.#problem;
  }

  /** Told when it goes up or down, and with `false` again after each attempt that failed. */
  readonly on = (listener: (isUp: boolean) => void): Dispose => this.#changed.on(listener);

  /** Somebody wants the connection: attempts are made at once, and as often as in the beginning. */
  hurry(): void {
    if (this.#isLasting && this.#clock.monotonic() - this.#triedAt < refusedPauseMs) return;
    this.#attempts = 0;
    this.#wake?.();
  }

  release(): void {
    if (this.#ended.signal.aborted) return;
    this.#stopEvents();
    this.#ended.abort(new DevyardError('cancelled', 'The connection is no longer held.'));
    this.#wake?.();
  }

  async #keep(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const since = this.#clock.monotonic();
      await this.#once();
      this.#triedAt = this.#clock.monotonic();
      if (this.#triedAt - since > goodMs) this.#attempts = 0;
      this.#attempts += 1;
      if (!signal.aborted)
        await this.#pause(this.#isLasting ? undefined : backoffMs(this.#attempts, between, this.#random));
    }
  }

  get #isLasting(): boolean {
    const problem = problemOf(this.#problem);
    return problem === 'host-key' || problem === 'key-refused';
  }

  /** From an attempt to the end of its connection. */
  async #once(): Promise<void> {
    const { signal } = this.#ended;
    try {
      const lease = await this.#pool.lease(this.#key, signal);
      this.#problem = undefined;
      this.#become(true);
      this.#problem = await Promise.race([lease.link.closed, this.#released]);
      lease.release();
      this.#become(false);
    } catch (error) {
      this.#problem = error;
      this.#become(false);
    }
  }

  #become(isUp: boolean): void {
    this.#isUp = isUp;
    this.#changed.emit(isUp);
  }

  /** Undefined: until somebody is in a hurry. */
  #pause(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const stop = ms === undefined ? undefined : this.#clock.after(ms, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        stop?.();
        resolve();
      };
    });
  }
}
