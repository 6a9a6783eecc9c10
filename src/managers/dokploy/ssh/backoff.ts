/**
 * How long to wait before the attempt of this number (from 1), in milliseconds: twice as long each time, up to the most. Up to
 * a quarter less at random, so that what fell together does not rise together.
 */
export function backoffMs(
  attempt: number,
  limits: { readonly first: number; readonly most: number },
  random: () => number,
): number {
  const whole = Math.min(limits.most, limits.first * 2 ** Math.min(attempt - 1, 30));
  return Math.round(whole * (1 - random() / 4));
}
