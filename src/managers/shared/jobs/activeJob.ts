import type { Clock } from '../clock.ts';
import { DevyardError, messageOf } from '../errors.ts';
import type { StoredJob } from './repository.ts';
import type { Job, JobFailure, JobItem, JobRunner, JobState, JobWork } from './types.ts';

interface ActiveJobPorts {
  readonly clock: Clock;
  /** Told each step; not stored. */
  readonly progress: (job: Job) => void;
  /** Resolves when that was tried. */
  readonly store: (stored: StoredJob) => Promise<void>;
}

const suspension = new DevyardError('cancelled', 'The daemon ends; the next one goes on.');

/** A job while it is waited for or done. */
export class ActiveJob {
  readonly #ports: ActiveJobPorts;
  readonly #abort = new AbortController();
  #begun = false;
  #stored: StoredJob;
  #settle: () => void = () => undefined;
  readonly #settled = new Promise<void>((resolve) => (this.#settle = resolve));

  constructor(stored: StoredJob, ports: ActiveJobPorts) {
    this.#stored = stored;
    this.#ports = ports;
  }

  get job(): Job {
    return this.#stored.job;
  }

  /** Resolves when it has ended; one that waits for its turn ends at once. */
  cancel(): Promise<void> {
    this.#abort.abort(new DevyardError('cancelled', 'It was cancelled.'));
    return this.#begun ? this.#settled : this.#giveUp();
  }

  suspend(): Promise<void> {
    this.#abort.abort(suspension);
    return this.#begun ? this.#settled : this.#giveUp();
  }

  /** Never rejects because of the runner; what it throws becomes the job's state. */
  async run(runner: JobRunner): Promise<void> {
    const { clock } = this.#ports;
    const { signal } = this.#abort;
    // Its end was told while it waited.
    if (signal.aborted) return;
    this.#begun = true;
    try {
      const items = this.#stored.job.items.map((item): JobItem =>
        item.status === 'running' ? { name: item.name, status: 'waiting' } : item,
      );
      const job = { ...this.#stored.job, items };
      await this.#store({ ...this.#stored, job, attempts: this.#stored.attempts + 1 });
      await runner(job, this.#work);
      const failed = this.#stored.job.items.filter(({ status }) => status === 'failed');
      await this.#end(
        failed.length === 0
          ? { status: 'succeeded', at: clock.now() }
          : { status: 'partial', at: clock.now(), error: partialFailure(this.#stored.job.items) },
      );
    } catch (error) {
      if (signal.aborted) await this.#giveUp();
      else await this.#end({ status: 'failed', at: clock.now(), error: failureOf(error) });
    } finally {
      this.#settle();
    }
  }

  /** Ends it as whoever aborted it wants. */
  async #giveUp(): Promise<void> {
    // The next daemon finds it running and goes on; that this one tried is no fault of the job.
    if (this.#suspended()) await this.#store({ ...this.#stored, attempts: 0 });
    else await this.#end({ status: 'cancelled', at: this.#ports.clock.now() });
  }

  get #work(): JobWork {
    return {
      plan: this.#stored.plan,
      items: this.#stored.job.items,
      signal: this.#abort.signal,
      suspended: () => this.#suspended(),
      step: (step, given = null) => {
        const fraction = given === null ? null : Math.min(1, Math.max(0, given));
        const { state } = this.#stored.job;
        if (state.status !== 'running' || (state.step === step && state.fraction === fraction)) return;
        const job = { ...this.#stored.job, state: { status: 'running', step, fraction } } as const;
        this.#stored = { ...this.#stored, job };
        this.#ports.progress(job);
      },
      item: async (name, status, message) => {
        const items = this.#stored.job.items.map((item) => (item.name === name ? { name, status, message } : item));
        await this.#store({ ...this.#stored, job: { ...this.#stored.job, items } });
      },
    };
  }

  #suspended(): boolean {
    return this.#abort.signal.reason === suspension;
  }

  #end(state: JobState): Promise<void> {
    return this.#store({ ...this.#stored, job: { ...this.#stored.job, state } });
  }

  async #store(stored: StoredJob): Promise<void> {
    this.#stored = stored;
    await this.#ports.store(stored);
  }
}

function partialFailure(items: readonly JobItem[]): JobFailure {
  const failed = items.filter(({ status }) => status === 'failed');
  const reasons = failed.map(({ name, message }) => `${name}: ${message ?? 'it failed'}`);
  const message = `${String(failed.length)} of ${String(items.length)} failed. ${reasons.join(' ')}`;
  return { code: 'partial', message, hint: 'What succeeded stays. Try the rest again when the reason is gone.' };
}

function failureOf(error: unknown): JobFailure {
  if (!(error instanceof DevyardError)) return { code: 'internal', message: messageOf(error) };
  const { code, message, hint, field } = error;
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(field === undefined ? {} : { field }),
  };
}
