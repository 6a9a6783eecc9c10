import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdleWatch } from '../../../../src/managers/codeServers/idleWatch.ts';
import { ManualClock } from '../../../support/manualClock.ts';

const minute = 60_000;

it('is over when nobody was connected for the whole time, counted from the start or the last client', async () => {
  const clock = new ManualClock();
  const watch = new IdleWatch(clock);
  await clock.advance(9 * minute);
  expect(watch.isOver('expired', 10)).toBe(false);
  expect(watch.isOver('alive', 10)).toBe(false);
  await clock.advance(9 * minute);
  expect(watch.isOver('expired', 10)).toBe(false);
  await clock.advance(minute);
  expect(watch.isOver('expired', 10)).toBe(true);
});

it('is never over without a limit, nor because a server that hangs says nothing', async () => {
  const clock = new ManualClock();
  const watch = new IdleWatch(clock);
  await clock.advance(1000 * minute);
  expect(watch.isOver('none', 10)).toBe(false);
  expect(watch.isOver('expired', null)).toBe(false);
});

it('is over exactly when the last answer but “expired” is the limit ago', () => {
  const steps = fc.array(
    fc.record({ minutes: fc.integer({ min: 0, max: 30 }), answer: fc.constantFrom('none', 'alive', 'expired') }),
    { maxLength: 30 },
  );
  return fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 60 }), async (answers, limit) => {
      const clock = new ManualClock();
      const watch = new IdleWatch(clock);
      let idle = 0;
      for (const { minutes, answer } of answers) {
        await clock.advance(minutes * minute);
        idle = answer === 'expired' ? idle + minutes : 0;
        expect(watch.isOver(answer, limit)).toBe(idle >= limit);
      }
    }),
  );
});
