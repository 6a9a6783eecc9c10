import type { Clock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { messageOf } from '../errors.ts';
import { runMembers, type ProcessStamp } from '../processes/tree.ts';
import type { ProcessPlatform, ProcessRow, RunningProcess } from '../processes/types.ts';
import { cpuSecondsSince, snapshotOf, type Snapshot } from './cpuUsage.ts';

/** What the process tree of one run uses. */
export interface TreeMetrics {
  /** Over the time between the last two samples; 100 = one core. 0 until there are two. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly processes: number;
  /** Milliseconds since the epoch. */
  readonly sampledAt: number;
}

export interface MetricsSamplerDeps {
  readonly platform: ProcessPlatform;
  readonly clock: Clock;
  /** Processor cores: no tree can use more. */
  readonly cores: number;
  /** This process: what it started else is not part of a run that it happens to run in. */
  readonly selfPid: number;
  /** Milliseconds between two samples while somebody watches (default 2000) and else (default 30 000). */
  readonly watchedMs?: number;
  readonly idleMs?: number;
  readonly warn?: (message: string) => void;
}

interface Tracked {
  /** The leader and what was seen to belong to it: a process whose parent died still counts. */
  known: readonly ProcessStamp[];
  readonly since: number;
  metrics: TreeMetrics | undefined;
}

/** Two samples nearer than this tell nothing: the kernel counts CPU time in steps of 10 ms. */
const shortestMs = 250;
/** Somebody who asks gets no older numbers; and a run is measured anew that long after its start. */
const freshMs = 2000;

/** Measures all runs with one look at the process table. No timer runs while nothing is tracked. */
export class MetricsSampler {
  readonly #deps: MetricsSamplerDeps;
  readonly #tracked = new Map<string, Tracked>();
  readonly #sampled = new Emitter<ReadonlyMap<string, TreeMetrics>>((message) => this.#deps.warn?.(message));
  #before: { readonly rows: Snapshot; readonly at: number } | undefined;
  #attemptedAt = 0;
  /** The first numbers of some run are of a process that had barely begun: they are soon replaced. */
  #secondDue = false;
  #watched = false;
  #watchedMs: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #sampling: Promise<void> | undefined;
  #disposed = false;

  /** Subscribes to each sample: metrics by run id. */
  readonly on = this.#sampled.on;

  constructor(deps: MetricsSamplerDeps) {
    this.#deps = deps;
  }

  /** Measures the run from now on; its first numbers come at once, without CPU, and better ones soon after. */
  track(run: Pick<RunningProcess, 'runId' | 'identity'>): void {
    const since = this.#deps.clock.now();
    this.#tracked.set(run.runId, { known: [run.identity], since, metrics: undefined });
    this.#secondDue = true;
    void this.sample();
  }

  /** Fine when it is not tracked. */
  untrack(runId: string): void {
    this.#tracked.delete(runId);
    if (this.#tracked.size > 0) return;
    this.#disarm();
    this.#before = undefined;
  }

  /** Undefined until it was measured, and after its end. */
  latest(runId: string): TreeMetrics | undefined {
    return this.#tracked.get(runId)?.metrics;
  }

  /** Samples unless there are numbers of this moment; never rejects. */
  async refresh(runId: string): Promise<void> {
    const tracked = this.#tracked.get(runId);
    if (tracked !== undefined && this.#isStale(tracked)) await this.sample();
  }

  get watched(): boolean {
    return this.#watched;
  }

  set watched(watched: boolean) {
    if (this.#watched === watched) return;
    this.#watched = watched;
    this.#disarm();
    this.#arm();
  }

  /** Milliseconds between two samples while somebody watches; undefined: the default. */
  set watchedMs(ms: number | undefined) {
    if (this.#watchedMs === ms) return;
    this.#watchedMs = ms;
    this.#disarm();
    this.#arm();
  }

  /** Samples now; never rejects. */
  sample(): Promise<void> {
    this.#disarm();
    this.#sampling ??= this.#measure()
      .catch((error: unknown) => this.#deps.warn?.(`Processes cannot be measured: ${messageOf(error)}`))
      .finally(() => {
        this.#sampling = undefined;
        this.#arm();
      });
    return this.#sampling;
  }

  dispose(): void {
    this.#disposed = true;
    this.#disarm();
    this.#tracked.clear();
  }

  async #measure(): Promise<void> {
    if (this.#tracked.size === 0) return;
    const { platform, clock } = this.#deps;
    this.#attemptedAt = clock.now();
    const rows = await platform.table();
    const at = clock.now();
    const now = snapshotOf(rows);
    const before = this.#before;
    const elapsed = before === undefined ? 0 : at - before.at;
    const comparable = before !== undefined && elapsed >= shortestMs;
    const results = new Map<string, TreeMetrics>();
    for (const [runId, tracked] of this.#tracked) {
      const members = runMembers(rows, tracked.known, new Set([this.#deps.selfPid]));
      tracked.known = members.length === 0 ? tracked.known : members;
      const percent = comparable ? this.#percent(before.rows, members, now, elapsed) : tracked.metrics?.cpuPercent;
      tracked.metrics = measured(members, percent ?? 0, at);
      if (tracked.metrics !== undefined) results.set(runId, tracked.metrics);
    }
    // A clock that was set back must not keep the old snapshot for ever.
    if (before === undefined || comparable || elapsed < 0) this.#before = { rows: now, at };
    if (results.size > 0) this.#sampled.emit(results);
  }

  /** What was measured at the very start of a run is soon no longer true. */
  #isStale({ metrics, since }: Tracked): boolean {
    if (metrics === undefined) return true;
    const age = this.#deps.clock.now() - metrics.sampledAt;
    const good = Math.min(freshMs, Math.max(shortestMs, metrics.sampledAt - since));
    return age < 0 || age >= good;
  }

  #percent(before: Snapshot, members: readonly ProcessRow[], now: Snapshot, elapsedMs: number): number {
    const percent = (cpuSecondsSince(before, members, now) / elapsedMs) * 100_000;
    return Math.min(Math.max(0, percent), this.#deps.cores * 100);
  }

  #arm(): void {
    if (this.#tracked.size === 0 || this.#disposed || this.#cancelTimer !== undefined) return;
    const { clock, watchedMs = 2000, idleMs = 30_000 } = this.#deps;
    const usual = this.#watched ? (this.#watchedMs ?? watchedMs) : idleMs;
    const interval = this.#secondDue ? Math.min(usual, freshMs) : usual;
    // Who begins to watch need not wait for what is due already.
    const since = Math.max(0, clock.now() - this.#attemptedAt);
    this.#cancelTimer = clock.after(Math.max(0, interval - since), () => {
      this.#cancelTimer = undefined;
      this.#secondDue = false;
      void this.sample();
    });
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}

function measured(members: readonly ProcessRow[], cpuPercent: number, sampledAt: number): TreeMetrics | undefined {
  const memoryBytes = members.reduce((sum, row) => sum + row.rssBytes, 0);
  // While a program is put into the place of another one (execve) there is none: that is no measurement.
  if (memoryBytes === 0) return undefined;
  return { cpuPercent, memoryBytes, processes: members.length, sampledAt };
}
