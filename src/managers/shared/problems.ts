import type { Clock } from './clock.ts';
import { type Dispose, Emitter } from './emitter.ts';
import { DevyardError, messageOf } from './errors.ts';

/** Something a person should know of and can act on, such as a damaged file that was put aside. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const kept = 50;

/** What went wrong since the daemon started without ending it. The same words are told once. */
export class Problems {
  readonly #clock: Clock;
  readonly #list: Problem[] = [];
  readonly #reported = new Emitter<Problem>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get list(): readonly Problem[] {
    return this.#list;
  }

  readonly on = (listener: (problem: Problem) => void): Dispose => this.#reported.on(listener);

  add(thrown: unknown): void {
    const known = thrown instanceof DevyardError ? thrown : undefined;
    const message = messageOf(thrown);
    const repeated = this.#list.some((problem) => problem.message === message);
    if (repeated) return;
    const hint = known?.hint === undefined ? {} : { hint: known.hint };
    const problem = { code: known?.code ?? 'internal', message, ...hint, at: this.#clock.now() };
    this.#list.push(problem);
    if (this.#list.length > kept) this.#list.shift();
    this.#reported.emit(problem);
  }
}
