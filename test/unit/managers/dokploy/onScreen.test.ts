import { describe, expect, it } from 'vitest';
import { lookMs, OnScreen } from '../../../../src/managers/dokploy/onScreen.ts';
import { pauseAfter } from '../../../../src/managers/dokploy/serverWatch.ts';
import { ManualClock } from '../../../support/manualClock.ts';

describe('what is on screen', () => {
  it('is what some window said within the last half minute', async () => {
    const clock = new ManualClock();
    const onScreen = new OnScreen(clock);
    onScreen.look('one', ['s'], ['w']);
    onScreen.look('two', ['s'], []);
    expect([onScreen.hasServer('s'), onScreen.hasWorkspace('w'), onScreen.hasServer('t')]).toEqual([true, true, false]);
    await clock.advance(lookMs - 1);
    onScreen.look('two', ['s'], []);
    await clock.advance(1);
    expect([onScreen.hasServer('s'), onScreen.hasWorkspace('w')]).toEqual([true, false]);
    onScreen.look('two', [], []);
    expect(onScreen.hasServer('s')).toBe(false);
  });

  it('is read less and less often while a server fails, and hardly ever with a key that is refused', () => {
    const middle = (): number => 0.5;
    expect(pauseAfter(undefined, 0, middle)).toBe(10_000);
    expect(pauseAfter('unreachable', 1, middle)).toBe(20_000);
    expect(pauseAfter('unreachable', 1000, middle)).toBe(120_000);
    expect(pauseAfter('rate-limited-key', 1, middle)).toBe(300_000);
  });
});
