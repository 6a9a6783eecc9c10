import { beforeEach, describe, expect, it } from 'vitest';
import { ExitWatcher } from '../../../../../src/managers/shared/processes/exitWatcher.ts';
import type { ProcessIdentity } from '../../../../../src/managers/shared/processes/types.ts';
import { FakePlatform, ManualClock, row } from './fakes.ts';

describe('ExitWatcher', () => {
  let platform: FakePlatform;
  let clock: ManualClock;
  let gone: number[];
  let warnings: string[];
  let watcher: ExitWatcher;
  beforeEach(() => {
    platform = new FakePlatform();
    clock = new ManualClock();
    gone = [];
    warnings = [];
    watcher = new ExitWatcher({ platform, clock, warn: (message) => warnings.push(message) });
  });

  function watch(pid: number): () => void {
    platform.rows.push(row(pid, 1));
    const identity: ProcessIdentity = { pid, startTime: String(pid * 10), bootId: 'boot' };
    return watcher.watch(identity, () => gone.push(pid));
  }

  it('has one timer for all, none for nothing, and looks once at each every 2 s', async () => {
    expect(clock.timers).toBe(0);
    watch(100);
    watch(200);
    expect(clock.timers).toBe(1);
    await clock.advance(1999);
    expect(platform.looks).toBe(0);
    await clock.advance(1);
    expect(platform.looks).toBe(2);
    platform.rows = [];
    await clock.advance(2000);
    expect(gone).toEqual([100, 200]);
    expect(clock.timers).toBe(0);
    watch(300);
    expect(clock.timers).toBe(1);
  });

  it('takes a reused pid and a zombie for the end', async () => {
    watch(100);
    watch(200);
    platform.rows = [row(100, 1, { startTime: 'younger' }), row(200, 1, { alive: false })];
    await clock.advance(2000);
    expect(gone).toEqual([100, 200]);
  });

  it('does not take a failing look for the end', async () => {
    watch(100);
    platform.failure = new Error('too many open files');
    await clock.advance(4000);
    expect(gone).toEqual([]);
    expect(warnings).toHaveLength(2);
    platform.failure = undefined;
    platform.rows = [];
    await clock.advance(2000);
    expect(gone).toEqual([100]);
  });

  it('tells once, also when asked in between, and never after the watch ended', async () => {
    watch(100);
    const unwatch = watch(200);
    platform.rows = [];
    unwatch();
    await Promise.all([watcher.check(), watcher.check()]);
    await clock.advance(4000);
    expect(gone).toEqual([100]);
    expect(clock.timers).toBe(0);
  });

  it('stops for good', async () => {
    watch(100);
    watcher.dispose();
    platform.rows = [];
    await clock.advance(10_000);
    expect([gone, clock.timers]).toEqual([[], 0]);
  });
});
