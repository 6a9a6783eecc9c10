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

  function use(pid: number, cpuSeconds: number): void {
    platform.rows = platform.rows.map((each) => (each.pid === pid ? { ...each, cpuSeconds } : each));
  }

  it('measures the first time at once, CPU from the second time on', async () => {
    sampler.track(leader);
    await settle();
    expect(sampler.latest('run')).toEqual({ cpuPercent: 0, memoryBytes: 2000, processes: 2, sampledAt: clock.now() });
    use(100, 5003);
    use(101, 12);
    await clock.advance(30_000);
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

  it('emits what it measured', async () => {
    const seen: ReadonlyMap<string, TreeMetrics>[] = [];
    sampler.on((metrics) => seen.push(metrics));
    sampler.track(leader);
    await settle();
    expect(seen.map((each) => [...each.keys()])).toEqual([['run']]);
  });

  it('keeps counting a process whose parent died, and none that got the pid of a dead one', async () => {
    sampler.track(leader);
    await settle();
    platform.rows = [row(1, 0), row(100, 1, { startTime: 'younger', cpuSeconds: 1e6 }), row(101, 1, { cpuSeconds: 3 })];
    await clock.advance(30_000);
    expect(sampler.latest('run')).toMatchObject({ cpuPercent: 10, processes: 1 });
    platform.rows = [row(1, 0), row(100, 1, { startTime: 'younger' })];
    await clock.advance(30_000);
    expect(sampler.latest('run')).toBeUndefined();
  });

  it('shows no nonsense when the clock jumps', async () => {
    sampler.track(leader);
    await settle();
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
    platform.failure = new Error('too many open files');
    sampler.track(leader);
    await settle();
    await clock.advance(29_000);
    expect(warnings).toHaveLength(1);
    platform.failure = undefined;
    await clock.advance(1000);
    expect(sampler.latest('run')?.processes).toBe(2);
  });
});
