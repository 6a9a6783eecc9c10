import type { Clock } from './clock.ts';
import type { Dispose } from './emitter.ts';

/** Ends a daemon that nobody uses: no client and nothing running for a while. */
export class IdleExit {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #inUse: () => boolean;
  readonly #exit: () => void;
  #cancel: Dispose | undefined;

  constructor(options: { clock: Clock; idleMs: number; inUse: () => boolean; exit: () => void }) {
    this.#clock = options.clock;
    this.#idleMs = options.idleMs;
    this.#inUse = options.inUse;
    this.#exit = options.exit;
    this.touch();
  }

  /** Something happened: the time begins anew. Whether the daemon is in use is asked when it is over. */
  touch(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(this.#idleMs, () => {
      if (this.#inUse()) this.touch();
      else this.#exit();
    });
  }

  end(): void {
    this.#cancel?.();
  }
}
