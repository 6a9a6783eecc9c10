import { describe, expect, it } from 'vitest';
import { HealthWatch } from '../../../../src/managers/codeServers/healthWatch.ts';
import { ManualClock } from '../../../support/manualClock.ts';

function watching(answers: (at: number) => boolean, { answered = false, startTimeoutMs = 1000 } = {}) {
  const clock = new ManualClock();
  const seen: string[] = [];
  let probes = 0;
  const watch = new HealthWatch(
    {
      probe: {
        ask: async () => {
          probes += 1;
          return answers(clock.now()) ? 'expired' : 'none';
        },
      },
      clock,
      target: { socketPath: '/s' },
      startTimeoutMs,
      intervalMs: () => 5000,
      onHealthy: () => seen.push(`${String(clock.now())} healthy`),
      onUnanswered: (reason) => seen.push(`${String(clock.now())} ${reason}`),
    },
    answered,
  );
  return { clock, seen, watch, probes: () => probes };
}

describe('HealthWatch', () => {
  it('notices the first answer within its short poll', async () => {
    const { clock, seen } = watching((at) => at >= 500);
    await clock.advance(490);
    expect(seen).toEqual([]);
    await clock.advance(30);
    expect(seen).toHaveLength(1);
  });

  it('says once the start took too long, and still notices a late answer', async () => {
    const { clock, seen } = watching((at) => at >= 40_000, { startTimeoutMs: 10_000 });
    await clock.advance(12_000);
    expect(seen).toEqual(['10000 no answer from /healthz within 10 s of the start']);
    await clock.advance(40_000);
    expect(seen.at(-1)).toMatch(/healthy$/);
  });

  it('notices a late answer within a second', async () => {
    const { clock, seen } = watching((at) => at >= 20_500, { startTimeoutMs: 10_000 });
    await clock.advance(22_000);
    expect(seen).toHaveLength(2);
    expect(Number.parseInt(seen[1] ?? '', 10)).toBeLessThanOrEqual(21_500);
  });

  it('does not take a wall clock that is set forward for a slow start', async () => {
    const { clock, seen } = watching(() => false, { startTimeoutMs: 10_000 });
    await clock.advance(100);
    clock.setWallClock(3_600_000);
    await clock.advance(5000);
    expect(seen).toEqual([]);
    clock.setWallClock(-7_200_000);
    await clock.advance(5000);
    expect(seen).toHaveLength(1);
  });

  it('forgives two misses, not three', async () => {
    let well = true;
    const { clock, seen } = watching(() => well, { answered: true });
    await clock.advance(1);
    expect(seen).toEqual(['0 healthy']);
    well = false;
    await clock.advance(10_500);
    expect(seen).toHaveLength(1);
    await clock.advance(5000);
    expect(seen.at(-1)).toContain('3 times in a row');
  });

  it('probes at leisure once it has answered', async () => {
    const { clock, probes } = watching(() => true);
    await clock.advance(60_000);
    expect(probes()).toBeLessThanOrEqual(13);
  });

  it('is silent after its end', async () => {
    const { clock, seen, watch } = watching((at) => at > 100);
    watch.end();
    await clock.advance(1000);
    expect(seen).toEqual([]);
  });
});
