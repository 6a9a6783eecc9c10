import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../clock.ts';
import { type Dispose, Emitter } from '../emitter.ts';
import { DevyardError, messageOf } from '../errors.ts';
import type { Write } from '../events/journal.ts';
import { Mutex } from '../mutex.ts';
import type { Database } from '../store/schema.ts';
import { ActiveJob } from './activeJob.ts';
import { eraseJobs, readJobs, saveJob, type StoredJob } from './repository.ts';
import type { Job, JobEvent, JobRunner } from './types.ts';

export interface JobsContext {
  readonly hostId: string;
  readonly clock: Clock;
  readonly database: Database;
  readonly journal: {
    intend(event: JobEvent, write: Write): Promise<unknown>;
    observe(event: JobEvent, write: Write): Promise<unknown>;
  };
  readonly onProblem: (error: unknown) => void;
}

export interface NewJob {
  readonly kind: string;
  readonly resourceId: string;
  readonly title: string;
  readonly items: readonly string[];
  /** Everything the runner needs, as JSON. */
  readonly plan: unknown;
}

/** Ended jobs that are kept for who asks later. */
const keptEnded = 100;
/** A job that takes the daemon down with it is not begun for ever. */
const maxAttempts = 3;

/**
 * Long work, one job after the other for each resource. A job is stored before it begins, and a daemon that finds one
 * unfinished does it again; cancelling really ends what runs.
 */
export class Jobs {
  readonly #context: JobsContext;
  readonly #runners = new Map<string, JobRunner>();
  readonly #jobs = new Map<string, Job>();
  readonly #active = new Map<string, ActiveJob>();
  readonly #unfinished: StoredJob[] = [];
  readonly #queues = new Map<string, Mutex>();
  readonly #progress = new Emitter<Job>();
  readonly #ended = new Emitter<Job>();

  /** Every step and fraction as they come; of the moment, never stored. */
  readonly onProgress = (listener: (job: Job) => void): Dispose => this.#progress.on(listener);

  constructor(context: JobsContext) {
    this.#context = context;
  }

  register(kind: string, runner: JobRunner): void {
    this.#runners.set(kind, runner);
  }

  /** Reads what is stored. The unfinished ones wait for `resume`. */
  async load(): Promise<void> {
    const { database, hostId, onProblem } = this.#context;
    for (const stored of await readJobs(database, hostId, onProblem)) {
      this.#jobs.set(stored.job.id, stored.job);
      if (stored.job.state.status === 'running') this.#unfinished.push(stored);
    }
  }

  /** Goes on with what a former daemon left unfinished. */
  resume(): void {
    for (const stored of this.#unfinished.splice(0)) this.#launch(stored);
  }

  /** Whether there is work for a resource that has not ended. */
  hasUnfinished(resourceId: string): boolean {
    return [...this.#jobs.values()].some((job) => job.resourceId === resourceId && job.state.status === 'running');
  }

  /** Oldest first. */
  list(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  /** Throws `not-found`. */
  get(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new DevyardError('not-found', `There is no job ${id}.`, { field: 'id' });
    return job;
  }

  get running(): number {
    return this.#active.size;
  }

  /** Stores a job and begins it. Rejects and begins nothing when it cannot be stored. */
  async begin(wanted: NewJob): Promise<Job> {
    const prepared = this.prepare(wanted);
    await this.#context.journal.intend({ type: 'job.changed', job: prepared.job }, prepared.write);
    prepared.launch();
    return prepared.job;
  }

  /** For a job that is stored together with what it makes: run `write` in that transaction, `launch` after it. */
  prepare({ kind, resourceId, title, items, plan }: NewJob): { job: Job; write: Write; launch: () => void } {
    const job: Job = {
      id: uuidv7(),
      hostId: this.#context.hostId,
      kind,
      resourceId,
      title,
      createdAt: this.#context.clock.now(),
      items: items.map((name) => ({ name, status: 'waiting' })),
      state: { status: 'running', step: 'waiting for its turn', fraction: null },
    };
    const stored = { job, plan, attempts: 0 };
    return { job, write: saveJob(stored), launch: () => this.#launch(stored) };
  }

  /** Ends a running job and resolves when it has ended; one that has ended stays as it is. Throws `not-found`. */
  async cancel(id: string): Promise<Job> {
    this.get(id);
    await this.#active.get(id)?.cancel();
    return this.get(id);
  }

  /** Cancels every job of a resource that is about to be deleted. What they were stays in the list. */
  async cancelAll(resourceId: string): Promise<void> {
    const own = [...this.#active.values()].filter((active) => active.job.resourceId === resourceId);
    await Promise.all(own.map((active) => active.cancel()));
  }

  /** Resolves with the job when it has ended; aborting ends only the waiting. Throws `not-found`. */
  ended(id: string, signal?: AbortSignal): Promise<Job> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        off();
        reject(new DevyardError('cancelled', 'Nobody waits any more; the work goes on.'));
      };
      const check = (job: Job): void => {
        if (job.id !== id || job.state.status === 'running') return;
        off();
        signal?.removeEventListener('abort', aborted);
        resolve(job);
      };
      const off = this.#ended.on(check);
      if (signal?.aborted === true) aborted();
      else signal?.addEventListener('abort', aborted, { once: true });
      check(this.get(id));
    });
  }

  /** Stops the work without ending the jobs: the next daemon goes on with them. */
  async suspend(): Promise<void> {
    await Promise.all([...this.#active.values()].map((active) => active.suspend()));
  }

  #launch(stored: StoredJob): void {
    const { clock, journal, onProblem } = this.#context;
    const active = new ActiveJob(stored, {
      clock,
      progress: (job) => this.#show(job),
      store: async (next) => {
        this.#jobs.set(next.job.id, next.job);
        await journal.observe({ type: 'job.changed', job: next.job }, saveJob(next));
        if (next.job.state.status !== 'running') this.#ended.emit(next.job);
      },
    });
    const { id, kind, resourceId } = stored.job;
    this.#jobs.set(id, stored.job);
    this.#active.set(id, active);
    const runner = this.#runners.get(kind);
    const queue = this.#queues.get(resourceId) ?? new Mutex();
    this.#queues.set(resourceId, queue);
    void queue
      .run(() => active.run(checkedRunner(runner, kind, stored.attempts)))
      .catch(onProblem)
      .finally(() => {
        this.#active.delete(id);
        void this.#prune().catch(onProblem);
      });
  }

  #show(job: Job): void {
    this.#jobs.set(job.id, job);
    this.#progress.emit(job);
  }

  /** The oldest of those that have ended. */
  async #prune(): Promise<void> {
    const ended = [...this.#jobs.values()].filter(({ state }) => state.status !== 'running');
    const surplus = ended.slice(0, Math.max(0, ended.length - keptEnded)).map(({ id }) => id);
    if (surplus.length === 0) return;
    for (const id of surplus) this.#jobs.delete(id);
    await this.#context.database.transaction().execute(eraseJobs(surplus));
  }
}

function checkedRunner(runner: JobRunner | undefined, kind: string, attempts: number): JobRunner {
  if (runner === undefined) return () => Promise.reject(new Error(`Nothing does jobs of the kind ${messageOf(kind)}`));
  if (attempts < maxAttempts) return runner;
  return () =>
    Promise.reject(
      new DevyardError('unavailable', `The daemon ended ${String(attempts)} times while this was being done.`, {
        hint: 'Look into the log of the daemon, then try again.',
      }),
    );
}
