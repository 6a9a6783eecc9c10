import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { askAfterMs, KeepAlive } from '../../../../../src/managers/dokploy/ssh/keepAlive.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

describe('keeping a connection alive', () => {
  let clock: ManualClock;
  let asked: number;
  let isDead: boolean;
  let keepAlive: KeepAlive;
  beforeEach(() => {
    clock = new ManualClock(1_000_000);
    asked = 0;
    isDead = false;
    keepAlive = new KeepAlive({
      clock,
      ask: () => {
        asked += 1;
      },
      dead: () => {
        isDead = true;
      },
    });
  });

  it('asks nothing while something is heard', async () => {
    for (let passed = 0; passed < 100_000; passed += 4000) {
      await clock.advance(4000);
      keepAlive.heard();
    }
    expect(asked).toBe(0);
    expect(keepAlive.isDoubtful).toBe(false);
  });

  it('gives up after three questions without an answer, once', async () => {
    await clock.advance(39_000);
    expect([asked, isDead]).toEqual([3, false]);
    await clock.advance(1000);
    expect([asked, isDead, clock.pending]).toEqual([3, true, 0]);
    expect(await keepAlive.probe()).toBe(false);
  });

  it('never gives up while each question is answered in time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 * askAfterMs }), { maxLength: 30 }), async (silences) => {
        for (const ms of silences) {
          await clock.advance(ms);
          keepAlive.heard();
          expect(isDead).toBe(false);
        }
      }),
    );
  });

  it('is doubtful after a sleep, and after the clock was set back, until something is heard', () => {
    for (const jump of [3_600_000, -7_200_000]) {
      clock.setWallClock(jump);
      expect(keepAlive.isDoubtful).toBe(true);
      keepAlive.heard();
      expect(keepAlive.isDoubtful).toBe(false);
    }
  });

  it('tells those who wait whether it was heard of within five seconds, with one question', async () => {
    const both = Promise.all([keepAlive.probe(), keepAlive.probe()]);
    await clock.advance(4000);
    keepAlive.heard();
    expect(await both).toEqual([true, true]);
    expect(asked).toBe(1);
    const later = keepAlive.probe();
    await clock.advance(5000);
    expect(await later).toBe(false);
    expect(isDead).toBe(false);
    const ended = keepAlive.probe();
    keepAlive.stop();
    expect(await ended).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
