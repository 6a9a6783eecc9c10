import { describe, expect, it } from 'vitest';
import { batchLookups, shareRuns } from '../../../../../src/managers/shared/processes/sharing.ts';
import { settle } from './fakes.ts';

describe('shareRuns', () => {
  it('gives nobody a result that is older than the request', async () => {
    const ends: (() => void)[] = [];
    let runs = 0;
    const shared = shareRuns(() => {
      runs += 1;
      const own = runs;
      return new Promise<number>((resolve) => {
        ends.push(() => resolve(own));
      });
    });
    const first = shared();
    const late = [shared(), shared(), shared()];
    expect(runs).toBe(1);
    ends[0]?.();
    expect(await first).toBe(1);
    await settle();
    expect(runs).toBe(2);
    const later = shared();
    ends[1]?.();
    expect(await Promise.all(late)).toEqual([2, 2, 2]);
    await settle();
    ends[2]?.();
    expect(await later).toBe(3);
  });

  it('goes on after a failure', async () => {
    let runs = 0;
    const shared = shareRuns(() => {
      runs += 1;
      return runs === 1 ? Promise.reject(new Error('once')) : Promise.resolve(runs);
    });
    const [first, second] = await Promise.allSettled([shared(), shared()]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: 2 });
    expect(await shared()).toBe(3);
  });
});

describe('batchLookups', () => {
  it('looks up together what is asked in one turn', async () => {
    const batches: (readonly number[])[] = [];
    const lookup = batchLookups((keys: readonly number[]) => {
      batches.push(keys);
      return Promise.resolve(new Map(keys.filter((key) => key < 10).map((key) => [key, key * 2])));
    });
    expect(await Promise.all([lookup(1), lookup(2), lookup(1), lookup(11)])).toEqual([2, 4, 2, undefined]);
    expect(await lookup(3)).toBe(6);
    expect(batches).toEqual([[1, 2, 11], [3]]);
  });
});
