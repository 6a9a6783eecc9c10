import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DokployFailure, type DokployFailureKind } from '../../../../../src/managers/dokploy/api/failure.ts';
import {
  pauseBefore,
  repeating,
  type RetrySituation,
  usualPolicy,
} from '../../../../../src/managers/dokploy/api/retry.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

const kinds = [
  'unreachable',
  'certificate',
  'unauthorized',
  'forbidden',
  'not-found',
  'conflict',
  'invalid',
  'rate-limited',
  'server-error',
  'torn',
  'timeout',
  'not-dokploy',
  'malformed',
  'cancelled',
] as const satisfies readonly DokployFailureKind[];

const failure = (kind: DokployFailureKind, retryAfterMs?: number): DokployFailure =>
  new DokployFailure(kind, kind, { call: 'a.b', host: 'host', retryAfterMs });

const situations: fc.Arbitrary<RetrySituation> = fc.record({
  kind: fc.constantFrom(...kinds),
  isReading: fc.boolean(),
  failed: fc.integer({ min: 1, max: 10 }),
  elapsedMs: fc.integer({ min: 0, max: 60_000 }),
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 120_000 }), { nil: undefined }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe('pauseBefore', () => {
  it('never repeats a change that may have been carried out, nor what would fail again', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { kind, isReading } = situation;
        const untouched = kind === 'unreachable' || kind === 'rate-limited';
        const uncertain = kind === 'torn' || kind === 'timeout' || kind === 'server-error';
        fc.pre(!untouched && !(isReading && uncertain));
        expect(pauseBefore(situation)).toBeUndefined();
      }),
    );
  });

  it('is bounded in attempts and time, and heeds what the server asked for', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const pause = pauseBefore(situation);
        if (pause === undefined) return;
        expect(situation.failed).toBeLessThan(usualPolicy.attempts);
        expect(situation.elapsedMs + pause).toBeLessThanOrEqual(usualPolicy.withinMs);
        expect(pause).toBeGreaterThanOrEqual(situation.retryAfterMs ?? 0);
        expect(pause).toBeGreaterThanOrEqual(usualPolicy.firstPauseMs / 2);
        expect(pause).toBeLessThanOrEqual(Math.max(usualPolicy.longestPauseMs, situation.retryAfterMs ?? 0));
      }),
    );
  });

  it.each(['unreachable', 'rate-limited', 'torn', 'timeout', 'server-error'] as const)(
    'repeats a read that was %s',
    (kind) => {
      const situation = { kind, isReading: true, failed: 1, elapsedMs: 0, retryAfterMs: undefined, random: 0 };
      expect(pauseBefore(situation)).toBe(125);
      expect(pauseBefore({ ...situation, failed: 3 })).toBe(500);
      expect(pauseBefore({ ...situation, random: 0.5 })).toBe(187.5);
    },
  );
});

describe('repeating', () => {
  const run = (clock: ManualClock, outcomes: (string | DokployFailure)[], isReading = true, signal?: AbortSignal) => {
    const at: number[] = [];
    const result = repeating(
      async () => {
        at.push(clock.monotonic());
        const outcome = outcomes.shift();
        if (outcome instanceof DokployFailure) throw outcome;
        return outcome;
      },
      { clock, random: () => 0, isReading, signal },
    );
    return { at, result };
  };

  it('tries again after ever longer pauses until it succeeds', async () => {
    const clock = new ManualClock();
    const { at, result } = run(clock, [failure('torn'), failure('timeout'), failure('server-error'), 'done']);
    await clock.advance(10_000);
    expect(await result).toBe('done');
    expect(at).toEqual([0, 125, 375, 875]);
    expect(clock.pending).toBe(0);
  });

  it('ends with the last failure', async () => {
    const clock = new ManualClock();
    const { at, result } = run(clock, [
      failure('torn'),
      failure('torn'),
      failure('torn'),
      failure('server-error'),
      'late',
    ]);
    await Promise.all([expect(result).rejects.toMatchObject({ kind: 'server-error' }), clock.advance(10_000)]);
    expect(at).toHaveLength(4);
  });

  it('waits as long as it was asked to, but not for hours', async () => {
    const clock = new ManualClock();
    const { at, result } = run(clock, [failure('rate-limited', 3000), 'done'], false);
    await clock.advance(10_000);
    expect(await result).toBe('done');
    expect(at).toEqual([0, 3000]);
    const { result: other } = run(clock, [failure('rate-limited', 3_600_000), 'done'], false);
    await expect(other).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 3_600_000 });
  });

  it('does not wait on when it is cancelled', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { at, result } = run(clock, [failure('unreachable'), 'done'], true, controller.signal);
    await clock.advance(50);
    controller.abort();
    await expect(result).rejects.toMatchObject({ kind: 'cancelled', code: 'cancelled' });
    await clock.advance(10_000);
    expect(at).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('passes on what is no failure of Dokploy', async () => {
    const clock = new ManualClock();
    const broken = repeating(() => Promise.reject(new TypeError('a fault of ours')), {
      clock,
      random: () => 0,
      isReading: true,
      signal: undefined,
    });
    await expect(broken).rejects.toThrow(TypeError);
  });
});
