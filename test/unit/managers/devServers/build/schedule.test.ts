import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstSchedule,
  longestGatherMs,
  step,
  type ScheduleRules,
  type ScheduleSignal,
} from '../../../../../src/managers/devServers/build/schedule.ts';

interface Build {
  readonly start: number;
  end?: number;
  aborted: boolean;
}

interface World {
  readonly rules: ScheduleRules;
  /** How long a build takes, and how long it takes to end when it is told to. */
  readonly buildMs: number;
  readonly abortMs: number;
}

type Act = 'change' | 'request' | 'stop';

/** Plays acts at their times against a build that takes its time, and then until nothing happens any more. */
function play({ rules, buildMs, abortMs }: World, acts: readonly { at: number; act: Act }[]): readonly Build[] {
  let state = firstSchedule;
  let quietAt = Infinity;
  const builds: Build[] = [];
  let running: { build: Build; endAt: number } | undefined;
  const take = (signal: ScheduleSignal, now: number): void => {
    const result = step(state, signal, rules);
    state = result.state;
    for (const effect of result.effects) {
      if (effect.type === 'arm') quietAt = now + effect.ms;
      else if (effect.type === 'disarm') quietAt = Infinity;
      else if (effect.type === 'start') {
        if (running !== undefined) throw new Error('two at once');
        running = { build: { start: now, aborted: false }, endAt: now + buildMs };
        builds.push(running.build);
      } else {
        if (running === undefined || running.build.aborted) throw new Error('nothing to abort');
        running.build.aborted = true;
        running.endAt = Math.min(running.endAt, now + abortMs);
      }
    }
  };
  const queue = [...acts].sort((a, b) => a.at - b.at);
  for (;;) {
    const actAt = queue[0]?.at ?? Infinity;
    const endAt = running?.endAt ?? Infinity;
    const now = Math.min(actAt, endAt, quietAt);
    if (now === Infinity) return builds;
    if (now === endAt && running !== undefined) {
      running.build.end = now;
      running = undefined;
      take({ type: 'ended' }, now);
    } else if (now === actAt) {
      const act = queue.shift()?.act ?? 'change';
      if (act === 'change') take({ type: 'change', at: now }, now);
      else if (act === 'request') take({ type: 'request', reason: 'request' }, now);
      else take({ type: 'stop' }, now);
    } else {
      quietAt = Infinity;
      take({ type: 'quiet' }, now);
    }
  }
}

const debounceMs = 50;
const world = fc.record({
  rules: fc.record({ debounceMs: fc.constant(debounceMs), onChangeWhileBuilding: fc.constantFrom('cancel', 'queue') }),
  buildMs: fc.integer({ min: 0, max: 500 }),
  abortMs: fc.integer({ min: 0, max: 200 }),
});
const act = fc.record({
  gap: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 1000 })),
  act: fc.oneof({ weight: 4, arbitrary: fc.constant<Act>('change') }, fc.constant<Act>('request')),
});
const acts = fc.array(act, { maxLength: 60 }).map((list) => {
  let at = 0;
  return list.map(({ gap, act }) => ({ at: (at += gap), act }));
});

describe('the schedule of a build', () => {
  it('has one build at a time, and the last one has all changes and runs to its end', () => {
    fc.assert(
      fc.property(world, acts, (world, acts) => {
        const builds = play(world, acts);
        const last = builds.at(-1);
        const lastAct = acts.at(-1);
        expect(last === undefined).toBe(lastAct === undefined);
        if (last === undefined || lastAct === undefined) return;
        expect(last.aborted).toBe(false);
        expect(last.end).toBe(last.start + world.buildMs);
        expect(last.start).toBeGreaterThanOrEqual(lastAct.at);
        expect(builds.length).toBeLessThanOrEqual(acts.length);
        // At most as long as the debounce and the build before it.
        expect(last.start).toBeLessThanOrEqual(lastAct.at + debounceMs + world.buildMs + world.abortMs);
        if (world.rules.onChangeWhileBuilding === 'queue') expect(builds.every(({ aborted }) => !aborted)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('builds the first change of a burst at once, and the rest once', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: debounceMs - 1 }), { minLength: 1, maxLength: 150 });
    fc.assert(
      fc.property(world, gaps, fc.integer({ min: 0, max: 5000 }), (world, gaps, first) => {
        let at = first;
        const burst = [first, ...gaps.map((gap) => (at += gap))].map((at) => ({ at, act: 'change' as const }));
        const builds = play(world, burst);
        expect(builds).toHaveLength(2);
        expect(builds[0]?.start).toBe(first);
        expect(builds[1]?.start).toBeGreaterThanOrEqual(at + debounceMs);
      }),
    );
  });

  it('builds a single change once, and each of two that are far apart at once', () => {
    fc.assert(
      fc.property(world, (world) => {
        const far = debounceMs + world.buildMs + 1;
        expect(play(world, [{ at: 7, act: 'change' }])).toEqual([{ start: 7, end: 7 + world.buildMs, aborted: false }]);
        const two = play(world, [
          { at: 0, act: 'change' },
          { at: far, act: 'change' },
        ]);
        expect(two.map(({ start }) => start)).toEqual([0, far]);
      }),
    );
  });

  it('starts nothing after it was stopped, and ends what runs', () => {
    fc.assert(
      fc
        .property(world, acts, fc.integer({ min: 0, max: 5000 }), acts, (world, before, stopAt, after) => {
          const early = before.filter(({ at }) => at < stopAt);
          const late = after.map(({ at, act }) => ({ at: stopAt + 1 + at, act }));
          const builds = play(world, [...early, { at: stopAt, act: 'stop' }, ...late]);
          for (const { start, end = Infinity } of builds) {
            expect(start).toBeLessThanOrEqual(stopAt);
            expect(end).toBeLessThanOrEqual(Math.max(stopAt + world.abortMs, start + world.abortMs));
          }
        })
        .beforeEach(() => undefined),
    );
  });

  it('builds to the end even while files never stop changing', () => {
    const storm = Array.from({ length: 4000 }, (_, i) => ({ at: i * 10, act: 'change' as const }));
    const builds = play({ rules: { debounceMs, onChangeWhileBuilding: 'cancel' }, buildMs: 900, abortMs: 20 }, storm);
    const whole = builds.filter(({ aborted }) => !aborted);
    expect(whole.length).toBeGreaterThanOrEqual(Math.floor((4000 * 10) / (longestGatherMs + 1000)));
    expect(builds.at(-1)?.start).toBeGreaterThanOrEqual(3999 * 10);
    expect(builds.length).toBeLessThanOrEqual(6);
  });

  it('does not let a request wait for quiet', () => {
    const builds = play({ rules: { debounceMs, onChangeWhileBuilding: 'cancel' }, buildMs: 5, abortMs: 1 }, [
      { at: 0, act: 'change' },
      { at: 10, act: 'change' },
      { at: 20, act: 'request' },
    ]);
    expect(builds.map(({ start }) => start)).toEqual([0, 20]);
  });
});
