import type { RestartPlan } from '../plan.ts';

/** Whoever was ready for so long had a good start: what comes after it is counted anew. Milliseconds. */
export const goodRunMs = 60_000;

/**
 * How long to wait before the restart of this number (from 1): twice as long each time, up to the most. Up to a quarter
 * less at random, so that what fell together does not rise together.
 */
export function backoffMs(restart: number, [first, most]: RestartPlan['backoffMs'], random: () => number): number {
  const whole = Math.min(most, first * 2 ** (restart - 1));
  return Math.round(whole * (1 - random() / 4));
}
