import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when a count no longer grows: who fills something must have been made to wait. Never for one that always grows. */
export async function standsStill(count: () => number): Promise<void> {
  for (let before = -1; count() !== before;) {
    before = count();
    await delay(200);
  }
}
