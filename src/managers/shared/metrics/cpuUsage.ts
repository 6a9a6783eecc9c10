import type { ProcessRow } from '../processes/types.ts';
import { stampKey } from '../processes/tree.ts';

/** Where the counters of every process stood at one moment. */
export type Snapshot = ReadonlyMap<string, ProcessRow>;

export function snapshotOf(rows: readonly ProcessRow[]): Snapshot {
  return new Map(rows.map((row) => [stampKey(row), row]));
}

/**
 * CPU seconds that `members` and their children reaped meanwhile used since `before`, a snapshot of the whole machine.
 * A process that is not in it began since then, so all of its time counts; a reused pid is such a process, not a
 * continuation. Of what a parent gained by reaping a child, the part counted while that child lived is taken off.
 */
export function cpuSecondsSince(before: Snapshot, members: readonly ProcessRow[], now: Snapshot): number {
  const counted = reapedAndCounted(before, now);
  let total = 0;
  for (const row of members) {
    const key = stampKey(row);
    const earlier = before.get(key);
    if (earlier === undefined) {
      total += row.cpuSeconds;
      continue;
    }
    const reaped = Math.max(0, (row.reapedCpuSeconds ?? 0) - (earlier.reapedCpuSeconds ?? 0));
    const own = Math.max(0, row.cpuSeconds - earlier.cpuSeconds - reaped);
    total += own + Math.max(0, reaped - (counted.get(key) ?? 0));
  }
  return total;
}

/** For each living process: what its descendants that died since `before` had used until then. */
function reapedAndCounted(before: Snapshot, now: Snapshot): ReadonlyMap<string, number> {
  const earlierByPid = new Map([...before.values()].map((row) => [row.pid, row]));
  const counted = new Map<string, number>();
  for (const [key, row] of before) {
    if (now.get(key)?.alive === true || row.pid <= 1) continue;
    const seen = new Set([row.pid]);
    let parent = earlierByPid.get(row.ppid);
    while (parent !== undefined && now.get(stampKey(parent))?.alive !== true && !seen.has(parent.pid)) {
      seen.add(parent.pid);
      parent = earlierByPid.get(parent.ppid);
    }
    if (parent === undefined) continue;
    const parentKey = stampKey(parent);
    counted.set(parentKey, (counted.get(parentKey) ?? 0) + row.cpuSeconds);
  }
  return counted;
}
