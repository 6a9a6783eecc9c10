import type { Clock } from '../shared/clock.ts';
import type { HealthAnswer } from './ports.ts';

/**
 * Tells how long nobody was connected to a server, from its own answers. Time in which the machine slept does not count:
 * who comes back to the desk finds the server as it was left.
 */
export class IdleWatch {
  readonly #clock: Clock;
  #activeAt: number;

  /** Counts from now: whoever has just started a server is about to open it. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#activeAt = clock.monotonic();
  }

  /** Takes an answer; true when nobody was connected for `limitMinutes` (null: never). */
  isOver(answer: HealthAnswer, limitMinutes: number | null): boolean {
    if (answer !== 'expired') this.#activeAt = this.#clock.monotonic();
    return limitMinutes !== null && this.#clock.monotonic() - this.#activeAt >= limitMinutes * 60_000;
  }
}
