import type { ProcessRow } from './types.ts';

/** What tells a process from a later one with the same pid, within one boot. */
export type ProcessStamp = Pick<ProcessRow, 'pid' | 'startTime'>;

export function stampKey(stamp: ProcessStamp): string {
  return `${stamp.pid}:${stamp.startTime}`;
}

/**
 * Every live process in `rows` that belongs to a run: the `known` processes that are still there, their descendants, the
 * members of the groups they lead, and so on until nothing is added. `known` are processes verified now or before.
 *
 * A group that a known process led stays ours after that leader's death as long as one of ours is in it: the kernel
 * does not give a pid away that is still the id of a group. Without a live one of ours, its id may be a stranger's by now.
 * The walk neither returns nor passes through `excluded` pids (the daemon, whose other children are other runs).
 */
export function runMembers(
  rows: readonly ProcessRow[],
  known: Iterable<ProcessStamp>,
  excluded: ReadonlySet<number>,
): readonly ProcessRow[] {
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  const children = groupRows(rows, (row) => row.ppid);
  const groups = groupRows(rows, (row) => row.pgid);
  /** Processes of ours that may lead a group, dead ones included: pid → start time. */
  const leaders = new Map<number, string>();
  const members = new Set<ProcessRow>();
  const queue: ProcessRow[] = [];
  const add = (row: ProcessRow): void => {
    if (members.has(row) || row.pid <= 1 || excluded.has(row.pid)) return;
    members.add(row);
    leaders.set(row.pid, row.startTime);
    queue.push(row);
  };

  for (const stamp of known) {
    const row = byPid.get(stamp.pid);
    if (!leaders.has(stamp.pid)) leaders.set(stamp.pid, stamp.startTime);
    if (row !== undefined && row.startTime === stamp.startTime) add(row);
  }
  for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
    for (const child of children.get(row.pid) ?? []) add(child);
    if (ledByOurs(row.pgid, leaders, byPid)) for (const peer of groups.get(row.pgid) ?? []) add(peer);
  }
  return [...members].filter((row) => row.alive);
}

function ledByOurs(
  pgid: number,
  leaders: ReadonlyMap<number, string>,
  byPid: ReadonlyMap<number, ProcessRow>,
): boolean {
  if (pgid <= 1) return false;
  const startTime = leaders.get(pgid);
  if (startTime === undefined) return false;
  const row = byPid.get(pgid);
  return row === undefined || row.startTime === startTime;
}

/**
 * The members of the group `leader` led, read right after its death was seen; none if its pid is a younger process's.
 */
export function groupSurvivors(rows: readonly ProcessRow[], leader: ProcessStamp): readonly ProcessRow[] {
  const holder = rows.find((row) => row.pid === leader.pid);
  if (leader.pid <= 1 || (holder !== undefined && holder.startTime !== leader.startTime)) return [];
  return rows.filter((row) => row.alive && row.pgid === leader.pid);
}

/** Pids that must never be signalled by a process with the pid `self`: itself, its ancestors, and init. */
export function protectedPids(rows: readonly ProcessRow[], self: number): ReadonlySet<number> {
  const parents = new Map(rows.map((row) => [row.pid, row.ppid]));
  const found = new Set([0, 1, self]);
  for (let pid = parents.get(self); pid !== undefined && !found.has(pid); pid = parents.get(pid)) found.add(pid);
  return found;
}

function groupRows(
  rows: readonly ProcessRow[],
  keyOf: (row: ProcessRow) => number,
): ReadonlyMap<number, readonly ProcessRow[]> {
  const groups = new Map<number, ProcessRow[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
