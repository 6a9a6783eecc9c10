import type { Clock } from '../shared/clock.ts';
import type { ServerProblem } from './model.ts';

/** How often a server that is looked at is read. */
const pollMs = 10_000;
/** How long a failing one is left alone at most. */
const maxPauseMs = 120_000;
/** Every question counts against a limited key, and asking a refused one again does not make it good. */
const keyPauseMs = 300_000;

interface WatchPorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Somebody looks at it. */
  readonly isWatched: () => boolean;
  /** Reads it once; resolves with what is wrong with it. Never rejects. */
  readonly read: (signal: AbortSignal) => Promise<ServerProblem | undefined>;
}

/** Reads one server again and again while somebody looks at it, and not at all otherwise. */
export class ServerWatch {
  readonly #ports: WatchPorts;
  readonly #end = new AbortController();
  #cancel: (() => void) | undefined;
  #reading: Promise<void> | undefined;
  #failures = 0;
  #pauseMs = pollMs;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  /** Somebody looks: begins unless it goes on already. */
  begin(): void {
    if (this.#cancel === undefined && this.#reading === undefined && !this.#end.signal.aborted) void this.now();
  }

  /** Reads now. Whoever asks while it is being read gets that. */
  now(): Promise<void> {
    if (this.#end.signal.aborted) return Promise.resolve();
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
      this.#next();
    });
    return this.#reading;
  }

  /** What kept it from answering may be gone: the next look asks at once. */
  forgetFailures(): void {
    this.#failures = 0;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#end.abort();
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#reading;
  }

  async #read(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const problem = await this.#ports.read(this.#end.signal);
    this.#failures = problem === undefined ? 0 : this.#failures + 1;
    this.#pauseMs = pauseAfter(problem, this.#failures, this.#ports.random);
  }

  #next(): void {
    if (this.#end.signal.aborted || !this.#ports.isWatched()) return;
    this.#cancel = this.#ports.clock.after(this.#pauseMs, () => {
      this.#cancel = undefined;
      if (this.#ports.isWatched()) void this.now();
    });
  }
}

/** Milliseconds until a server is read again. `failures` in a row so far. */
export function pauseAfter(problem: ServerProblem | undefined, failures: number, random: () => number): number {
  switch (problem) {
    case undefined:
      return pollMs;
    case 'bad-key':
    case 'revoked-key':
    case 'rate-limited-key':
      return keyPauseMs;
    case 'unreachable':
    case 'certificate':
    case 'forbidden':
    case 'not-dokploy':
    case 'failing':
      // Not all windows and machines at the same moment.
      return Math.min(maxPauseMs, pollMs * 2 ** Math.min(failures, 10)) * (0.75 + random() / 2);
  }
}
