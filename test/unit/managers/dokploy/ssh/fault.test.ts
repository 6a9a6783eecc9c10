import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../../../src/managers/dokploy/ssh/backoff.ts';
import { cancelled, placeOf, problemOf, quoted, sshError } from '../../../../../src/managers/dokploy/ssh/fault.ts';
import { pause, timeLimit } from '../../../../../src/managers/dokploy/ssh/limit.ts';
import { lengthPrefixed, stringsIn } from '../../../../../src/managers/dokploy/ssh/wire.ts';
import { DevyardError } from '../../../../../src/managers/shared/errors.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

describe('what goes wrong', () => {
  it('is told apart, and what a person has to mend is forbidden', () => {
    expect(sshError('refused', 'No.')).toMatchObject({ code: 'unavailable' });
    expect(sshError('host-key', 'No.')).toMatchObject({ code: 'forbidden' });
    expect(problemOf(sshError('lost', 'No.'))).toBe('lost');
    expect(problemOf(new DevyardError('unavailable', 'No.'))).toBeUndefined();
    expect(problemOf('lost')).toBeUndefined();
  });

  it('is quoted so that no terminal obeys it', () => {
    expect(quoted('  220\tmail\r\n\x1b[31m\u202e end ')).toBe('“220 mail [31m end”');
    expect(quoted('x'.repeat(500))).toHaveLength(102);
    expect(placeOf({ host: '::1', port: 22 })).toBe('[::1]:22');
  });

  it('keeps the reason of who gave up', () => {
    const reason = new DevyardError('cancelled', 'The daemon ends.');
    expect(cancelled(AbortSignal.abort(reason))).toBe(reason);
    expect(cancelled(AbortSignal.abort())).toMatchObject({ code: 'cancelled' });
  });
});

describe('time', () => {
  it('is waited for longer each time, up to the most, and never in step', () => {
    const limits = { first: 100, most: 1000 };
    expect([1, 2, 3, 4, 5, 99, 1e9].map((attempt) => backoffMs(attempt, limits, () => 0))).toEqual([
      100, 200, 400, 800, 1000, 1000, 1000,
    ]);
    expect(backoffMs(1, limits, () => 0.999)).toBeGreaterThanOrEqual(75);
  });

  it('is limited by itself or by the caller, and leaves no timer', async () => {
    const clock = new ManualClock();
    using limit = timeLimit(clock, 100);
    await clock.advance(100);
    expect([limit.signal.aborted, limit.isUp]).toEqual([true, true]);
    const abort = new AbortController();
    {
      using other = timeLimit(clock, 100, abort.signal);
      abort.abort();
      expect([other.signal.aborted, other.isUp]).toEqual([true, false]);
      using late = timeLimit(clock, 100, abort.signal);
      expect(late.signal.aborted).toBe(true);
    }
    await pause(clock, 100, abort.signal);
    expect(clock.pending).toBe(0);
  });
});

it('strings of the protocol are whole or none', () => {
  const bytes = Buffer.concat([lengthPrefixed('ab'), lengthPrefixed('')]);
  expect(stringsIn(bytes)?.map(String)).toEqual(['ab', '']);
  expect(stringsIn(bytes.subarray(0, -1))).toBeUndefined();
  expect(stringsIn(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toBeUndefined();
});
