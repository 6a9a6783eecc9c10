import { expect, it } from 'vitest';
import { Pool } from '../../../../../src/managers/shared/archives/pool.ts';

it('runs no more than so many jobs at once, and begins nothing after a failure', async () => {
  const pool = new Pool(2);
  const ends: (() => void)[] = [];
  const job = () => new Promise<void>((resolve) => ends.push(resolve));
  await pool.add(job);
  await pool.add(() => job().then(() => Promise.reject(new Error('broken'))));
  let begun = false;
  const third = pool.add(async () => void (begun = true));
  await Promise.resolve();
  expect(begun).toBe(false);
  ends[1]?.();
  await expect(third).rejects.toThrow('broken');
  expect(begun).toBe(false);
  let settled = false;
  const drained = pool.drain().finally(() => (settled = true));
  await Promise.resolve();
  expect(settled).toBe(false);
  ends[0]?.();
  await expect(drained).rejects.toThrow('broken');
});
