import type { Clock } from '../../../../../src/managers/shared/clock.ts';
import type {
  ProcessIdentity,
  ProcessPlatform,
  ProcessRow,
} from '../../../../../src/managers/shared/processes/types.ts';

export function row(pid: number, ppid: number, extra: Partial<ProcessRow> = {}): ProcessRow {
  return { pid, ppid, pgid: pid, startTime: String(pid * 10), alive: true, cpuSeconds: 0, rssBytes: 1000, ...extra };
}

/** A clock whose time moves only when it is told to. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  readonly #timers = new Set<{ readonly at: number; readonly task: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  get timers(): number {
    return this.#timers.size;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Moves on, runs what is due and lets everything it set going settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter((each) => each.at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.task();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  set(now: number): void {
    this.#now = now;
  }
}

/** A clock that jumps to the next timer at once. */
export class EagerClock implements Clock {
  #now = 1_000_000;
  /** By how much the wall clock jumps at every timer. */
  wallJumpMs = 0;
  #jumped = 0;

  now(): number {
    return this.#now + this.#jumped;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const handle = setImmediate(() => {
      this.#now += ms;
      this.#jumped += this.wallJumpMs;
      task();
    });
    return () => clearImmediate(handle);
  }
}

export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A process table held in memory. */
export class FakePlatform implements ProcessPlatform {
  readonly bootId = 'boot';
  rows: ProcessRow[] = [];
  /** `pid` → `NAME=value` entries. */
  readonly environments = new Map<number, readonly string[]>();
  looks = 0;
  tables = 0;
  failure: Error | undefined;

  async identify(pid: number): Promise<ProcessIdentity | undefined> {
    this.looks += 1;
    if (this.failure !== undefined) throw this.failure;
    const found = this.rows.find((each) => each.pid === pid && each.alive);
    return found === undefined ? undefined : { pid, startTime: found.startTime, bootId: this.bootId };
  }

  async table(): Promise<readonly ProcessRow[]> {
    this.tables += 1;
    if (this.failure !== undefined) throw this.failure;
    return this.rows.map((each) => ({ ...each }));
  }

  findByEnvironment(name: string, value: string): Promise<readonly ProcessIdentity[]> {
    const found = this.rows.filter(
      (each) => each.alive && this.environments.get(each.pid)?.includes(`${name}=${value}`),
    );
    return Promise.resolve(found.map(({ pid, startTime }) => ({ pid, startTime, bootId: this.bootId })));
  }

  environmentHolds(pid: number, name: string, value: string): Promise<boolean | undefined> {
    return Promise.resolve(this.environments.get(pid)?.includes(`${name}=${value}`));
  }

  commandLine(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
