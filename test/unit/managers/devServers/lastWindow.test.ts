import { beforeEach, describe, expect, it } from 'vitest';
import { LastWindow } from '../../../../src/managers/devServers/lastWindow.ts';
import { ManualClock } from '../../../support/manualClock.ts';

describe('the last window', () => {
  let clock: ManualClock;
  let gone: number;
  let graceMs: number;
  let last: LastWindow;
  beforeEach(() => {
    clock = new ManualClock();
    gone = 0;
    graceMs = 60_000;
    last = new LastWindow(
      clock,
      () => graceMs,
      () => (gone += 1),
    );
  });

  it('is gone when the time of grace has passed since it was closed', async () => {
    last.count(1);
    last.count(2);
    last.count(1);
    await clock.advance(120_000);
    last.count(0);
    await clock.advance(59_999);
    expect(gone).toBe(0);
    await clock.advance(1);
    expect(gone).toBe(1);
  });

  it('is not gone when a window comes back, as after a reload', async () => {
    last.count(1);
    last.count(0);
    await clock.advance(30_000);
    last.count(1);
    await clock.advance(600_000);
    expect(gone).toBe(0);
  });

  it('is waited for by a daemon that took over what runs', async () => {
    last.begin();
    await clock.advance(60_000);
    expect(gone).toBe(1);
    last.count(1);
    last.begin();
    await clock.advance(60_000);
    expect(gone).toBe(1);
  });

  it('has time to find a daemon that took over, though none is given to it otherwise', async () => {
    graceMs = 0;
    last.begin();
    await clock.advance(9_999);
    expect(gone).toBe(0);
    last.count(1);
    await clock.advance(600_000);
    expect(gone).toBe(0);
    last.count(0);
    await clock.advance(0);
    expect(gone).toBe(1);
  });

  it('is not gone because the daemon ends its connection', async () => {
    last.count(1);
    last.end();
    last.count(0);
    last.begin();
    await clock.advance(600_000);
    expect(gone).toBe(0);
  });
});
