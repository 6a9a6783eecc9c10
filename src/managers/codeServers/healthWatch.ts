import type { Clock } from '../shared/clock.ts';
import type { Dispose } from '../shared/emitter.ts';
import type { HealthAnswer, HealthProbe, HealthTarget } from './ports.ts';

const startPollMs = 20;
/** After the start took too long: it may still come, at any moment, so not at leisure yet. */
const latePollMs = 1000;
const probeTimeoutMs = 3000;
const missesUntilUnhealthy = 3;

export interface HealthWatchOptions {
  readonly probe: HealthProbe;
  readonly clock: Clock;
  readonly target: HealthTarget;
  /** How long the first answer may take before the server counts as unhealthy; it is still waited for after that. */
  readonly startTimeoutMs: number;
  /** Time between two probes of a server that runs; asked anew before each. */
  readonly intervalMs: () => number;
  readonly onHealthy: (answer: HealthAnswer) => void;
  readonly onUnanswered: (reason: string) => void;
}

/**
 * Asks a server again and again whether it is well: quickly until its first answer, at leisure after it. One miss is no
 * illness, some in a row are. It never ends anything: a server that hangs still has its process.
 */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  readonly #startedAt: number;
  #answered: boolean;
  #late = false;
  #misses = 0;
  #cancel: Dispose | undefined;
  #probing = false;
  #ended = false;

  /** `answered`: it is known to have answered before (a server that was adopted while it ran). */
  constructor(options: HealthWatchOptions, answered: boolean) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
    this.#answered = answered;
    void this.#probe();
  }

  /** Probes now instead of at the next turn. */
  poke(): void {
    if (this.#probing || this.#ended) return;
    this.#cancel?.();
    void this.#probe();
  }

  end(): void {
    this.#ended = true;
    this.#cancel?.();
  }

  async #probe(): Promise<void> {
    const { probe, clock, target, startTimeoutMs, intervalMs, onHealthy, onUnanswered } = this.#options;
    this.#probing = true;
    const answer = await probe.ask(target, probeTimeoutMs);
    this.#probing = false;
    if (this.#ended) return;
    if (answer !== 'none') {
      this.#answered = true;
      this.#misses = 0;
      onHealthy(answer);
    } else if (this.#answered) {
      this.#misses += 1;
      if (this.#misses >= missesUntilUnhealthy)
        onUnanswered(`no answer from /healthz, ${String(this.#misses)} times in a row`);
    } else if (!this.#late && clock.monotonic() - this.#startedAt >= startTimeoutMs) {
      this.#late = true;
      onUnanswered(`no answer from /healthz within ${String(Math.round(startTimeoutMs / 1000))} s of the start`);
    }
    const pause = this.#answered ? intervalMs() : this.#late ? latePollMs : startPollMs;
    this.#cancel = clock.after(pause, () => void this.#probe());
  }
}
