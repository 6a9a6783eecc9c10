import { beforeEach, describe, expect, it } from 'vitest';
import { MetricsSampler, type TreeMetrics } from '../../../../../src/managers/shared/metrics/treeMetrics.ts';
import { FakePlatform, ManualClock, row, settle } from '../processes/fakes.ts';

const leader = { runId: 'run', identity: { pid: 100, startTime: '1000', bootId: 'boot' } };
const other = { runId: 'other', identity: { pid: 200, startTime: '2000', bootId: 'boot' } };

describe('MetricsSampler', () => {
  let platform: FakePlatform;
  let clock: ManualClock;
  let warnings: string[];
  let sampler: MetricsSampler;
  beforeEach(() => {
    platform = new FakePlatform();
    platform.rows = [row(1, 0), row(100, 1, { cpuSeconds: 5000 }), row(101, 100), row(200, 1, { cpuSeconds: 70 })];
    clock = new ManualClock();
    warnings = [];
    const warn = (message: string): number => warnings.push(message);
    sampler = new MetricsSampler({ platform, clock, cores: 4, selfPid: 7, warn });
  });

  /** Lets the second look pass that a run gets soon after its start. */
  async function begin(): Promise<void> {
    sampler.track(leader);
    await settle();
    await clock.advance(2000);
  }

  function use(pid: number, cpuSeconds: number): void {
    platform.rows = platform.rows.map((each) => (each.pid === pid ? { ...each, cpuSeconds } : each));
  }

  it('measures the first time at once, CPU from the second time on', async () => {
    sampler.track(leader);
    await settle();
    expect(sampler.latest('run')).toEqual({ cpuPercent: 0, memoryBytes: 2000, processes: 2, sampledAt: clock.now() });
    use(100, 5000.2);
    use(101, 0.8);
    await clock.advance(2000);
    expect(sampler.latest('run')?.cpuPercent).toBeCloseTo(50);
  });

  it('has no timer and makes no sample while nothing is tracked', async () => {
    sampler.watched = true;
    await clock.advance(100_000);
    expect([clock.timers, platform.tables]).toEqual([0, 0]);
    sampler.track(leader);
    await settle();
    expect(clock.timers).toBe(1);
    sampler.untrack('run');
    sampler.untrack('run');
    expect([clock.timers, sampler.latest('run')]).toEqual([0, undefined]);
    await clock.advance(100_000);
    expect(platform.tables).toBe(1);
  });

  it('samples every 30 s, every 2 s while watched, all runs with one table', async () => {
    sampler.track(leader);
    await settle();
    sampler.track(other);
    await settle();
    await clock.advance(2000);
    const start = platform.tables;
    await clock.advance(60_000);
    expect(platform.tables - start).toBe(2);
    await clock.advance(10_000);
    sampler.watched = true;
    await clock.advance(0);
    expect(platform.tables - start).toBe(3);
    await clock.advance(20_000);
    expect(platform.tables - start).toBe(13);
    sampler.watched = false;
    await clock.advance(29_999);
    expect(platform.tables - start).toBe(13);
    expect(clock.timers).toBe(1);
  });

  it('measures a run once more soon after its start, and only once', async () => {
    sampler.track(leader);
    await settle();
    platform.rows = platform.rows.map((each) => (each.pid === 100 ? { ...each, rssBytes: 9000 } : each));
    await clock.advance(2000);
    expect([platform.tables, sampler.latest('run')?.memoryBytes]).toEqual([2, 10_000]);
    await clock.advance(29_999);
    expect(platform.tables).toBe(2);
  });

  it('takes a program that is just being put into its place for no measurement', async () => {
    const { rows } = platform;
    platform.rows = rows.map((each) => ({ ...each, rssBytes: 0 }));
    sampler.track(leader);
    await settle();
    expect(sampler.latest('run')).toBeUndefined();
    platform.rows = rows;
    await clock.advance(2000);
    expect(sampler.latest('run')?.memoryBytes).toBeGreaterThan(0);
  });

  it('has no old numbers for who asks, and measures no oftener than that takes', async () => {
    sampler.track(leader);
    await settle();
    const asked: number[] = [];
    const ask = async (afterMs: number): Promise<void> => {
      await clock.advance(afterMs);
      const before = platform.tables;
      await Promise.all([sampler.refresh('run'), sampler.refresh('run')]);
      asked.push(platform.tables - before);
    };
    await ask(100);
    // What was measured as it began is good for a blink only.
    await ask(200);
    await ask(100);
    await ask(10_000);
    await ask(1999);
    await ask(1);
    expect(asked).toEqual([0, 1, 0, 1, 0, 1]);
    use(100, 5001);
    await ask(2000);
    expect(sampler.latest('run')).toMatchObject({ cpuPercent: 50, sampledAt: clock.now() });
    await sampler.refresh('unknown');
    expect(platform.tables).toBe(1 + 1 + 1 + 1 + 1 + 1);
  });

  it('emits what it measured', async () => {
    const seen: ReadonlyMap<string, TreeMetrics>[] = [];
    sampler.on((metrics) => seen.push(metrics));
    sampler.track(leader);
    await settle();
    expect(seen.map((each) => [...each.keys()])).toEqual([['run']]);
  });

  it('keeps counting a process whose parent died, and none that got the pid of a dead one', async () => {
    await begin();
    platform.rows = [row(1, 0), row(100, 1, { startTime: 'younger', cpuSeconds: 1e6 }), row(101, 1, { cpuSeconds: 3 })];
    await clock.advance(30_000);
    expect(sampler.latest('run')).toMatchObject({ cpuPercent: 10, processes: 1 });
    platform.rows = [row(1, 0), row(100, 1, { startTime: 'younger' })];
    await clock.advance(30_000);
    expect(sampler.latest('run')).toBeUndefined();
  });

  it('shows no nonsense when the clock jumps', async () => {
    await begin();
    use(100, 5003);
    clock.set(clock.now() - 1e9);
    await sampler.sample();
    expect(sampler.latest('run')?.cpuPercent).toBe(0);
    use(100, 5006);
    await clock.advance(30_000);
    expect(sampler.latest('run')?.cpuPercent).toBeCloseTo(10);
    use(100, 1e9);
    await clock.advance(30_000);
    expect(sampler.latest('run')?.cpuPercent).toBe(400);
  });

  it('goes on at its own pace after a failure', async () => {
    await begin();
    platform.failure = new Error('too many open files');
    await clock.advance(30_000);
    await clock.advance(29_000);
    expect(warnings).toHaveLength(1);
    platform.failure = undefined;
    await clock.advance(1000);
    expect(sampler.latest('run')?.processes).toBe(2);
  });
});
