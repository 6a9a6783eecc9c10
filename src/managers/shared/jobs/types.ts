/** One part of a job that can fail by itself, such as one extension. */
export interface JobItem {
  readonly name: string;
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** Why it failed, or what was done. */
  readonly message?: string | undefined;
}

export interface JobFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly field?: string | undefined;
}

export type JobState =
  /** `fraction` from 0 to 1, null while it cannot be told. */
  | { readonly status: 'running'; readonly step: string; readonly fraction: number | null }
  | { readonly status: 'succeeded'; readonly at: number }
  /** Some items failed; what was done stays. */
  | { readonly status: 'partial'; readonly at: number; readonly error: JobFailure }
  | { readonly status: 'failed'; readonly at: number; readonly error: JobFailure }
  | { readonly status: 'cancelled'; readonly at: number };

/** Long work that belongs to a resource and outlives windows and daemons. Replaced, never mutated. */
export interface Job {
  readonly id: string;
  readonly hostId: string;
  /** Such as `codeServer.create`: which runner does it. */
  readonly kind: string;
  /** Id of what it works on. */
  readonly resourceId: string;
  /** For people. */
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly items: readonly JobItem[];
  readonly state: JobState;
}

export type JobEvent = { readonly type: 'job.changed'; readonly job: Job };

/** What a runner is given. */
export interface JobWork {
  /** What was asked for, as it was stored. */
  readonly plan: unknown;
  /** Those `done` were done by a daemon before this one. */
  readonly items: readonly JobItem[];
  readonly signal: AbortSignal;
  /** True when the signal says that the daemon ends: the next one goes on, so nothing may be undone. */
  readonly suspended: () => boolean;
  /** What it does now, for people. */
  readonly step: (step: string, fraction?: number | null) => void;
  /** Says how an item fares; resolves when that is stored. */
  readonly item: (name: string, status: JobItem['status'], message?: string) => Promise<void>;
}

/** Does the jobs of one kind. Doing a job again must be harmless: a daemon may be killed at any moment. */
export type JobRunner = (job: Job, work: JobWork) => Promise<void>;
