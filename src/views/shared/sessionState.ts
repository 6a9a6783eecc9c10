import type { DaemonInfo } from '../../api/contract/daemon.ts';

/** Why there is no connection, as the daemon, the launcher or this window said it. */
export interface DownReason {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** This window's connection to the daemon. Replaced, never mutated. */
export type SessionState =
  /** Nobody needed the daemon yet, and none was found running. */
  | { readonly status: 'idle' }
  /** Looking for it, starting it or reading from it. What was known before stays on screen. */
  | { readonly status: 'connecting'; readonly step: string }
  | { readonly status: 'connected'; readonly info: DaemonInfo }
  /** `stopped`: a person ended it. `failed`: it cannot be started or keeps ending. */
  | { readonly status: 'down'; readonly kind: 'stopped' | 'failed'; readonly reason: DownReason };

/** Lets something happen at most `limit` times within `windowMs` milliseconds. */
export class Budget {
  readonly #limit: number;
  readonly #windowMs: number;
  #used: readonly number[] = [];

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** True and counted, or false when it was used up. `now` in milliseconds. */
  take(now: number): boolean {
    this.#used = this.#used.filter((time) => now - time < this.#windowMs);
    if (this.#used.length >= this.#limit) return false;
    this.#used = [...this.#used, now];
    return true;
  }

  refill(): void {
    this.#used = [];
  }
}

/** Milliseconds to wait before try number `attempt` (from 0): 0, then doubling from `firstMs` up to `maxMs`. */
export function backoff(attempt: number, firstMs: number, maxMs: number): number {
  return attempt === 0 ? 0 : Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 20));
}

/** Makes a reason of whatever was thrown. Errors of the API and the launcher carry code, message and hint. */
export function reasonOf(thrown: unknown): DownReason {
  const { code, message, hint } = (thrown ?? {}) as { code?: unknown; message?: unknown; hint?: unknown };
  return {
    code: typeof code === 'string' ? code : 'internal',
    message: typeof message === 'string' ? message : String(thrown),
    hint: typeof hint === 'string' ? hint : undefined,
  };
}
