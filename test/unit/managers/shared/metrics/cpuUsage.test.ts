import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuSecondsSince, snapshotOf } from '../../../../../src/managers/shared/metrics/cpuUsage.ts';
import type { ProcessRow } from '../../../../../src/managers/shared/processes/types.ts';
import { row } from '../processes/fakes.ts';

function used(before: readonly ProcessRow[], now: readonly ProcessRow[]): number {
  return cpuSecondsSince(
    snapshotOf(before),
    now.filter((each) => each.alive),
    snapshotOf(now),
  );
}
/** A process with `own` seconds of its own and `reaped` of children it waited for. */
function usage(pid: number, ppid: number, own: number, reaped = 0, extra: Partial<ProcessRow> = {}): ProcessRow {
  return row(pid, ppid, { cpuSeconds: own + reaped, reapedCpuSeconds: reaped, ...extra });
}

describe('cpuSecondsSince', () => {
  it('counts the interval, not the lifetime', () => {
    expect(used([usage(10, 1, 5000)], [usage(10, 1, 5001.5)])).toBeCloseTo(1.5);
  });

  it('counts all of a process that began meanwhile, a reused pid too', () => {
    expect(used([usage(10, 1, 5)], [usage(10, 1, 5), usage(11, 10, 0.7)])).toBeCloseTo(0.7);
    const younger = usage(10, 1, 0.2, 0, { startTime: 'younger' });
    expect(used([usage(10, 1, 5000)], [younger])).toBeCloseTo(0.2);
  });

  it('counts children that began and were reaped meanwhile', () => {
    expect(used([usage(10, 1, 1, 3)], [usage(10, 1, 1, 4.5)])).toBeCloseTo(1.5);
  });

  it('does not count again what a reaped child had used before', () => {
    const before = [usage(10, 1, 1), usage(11, 10, 100, 20)];
    expect(used(before, [usage(10, 1, 1, 121)])).toBeCloseTo(1);
    const grandchild = [usage(10, 1, 1), usage(11, 10, 2), usage(12, 11, 100)];
    expect(used(grandchild, [usage(10, 1, 1, 103.5)])).toBeCloseTo(1.5);
  });

  it('does not let a child that nobody waited for eat the time of its parent', () => {
    expect(used([usage(10, 1, 1), usage(11, 10, 100)], [usage(10, 1, 3)])).toBeCloseTo(2);
    const zombie = usage(11, 10, 100.5, 0, { alive: false });
    expect(used([usage(10, 1, 1), usage(11, 10, 100)], [usage(10, 1, 3), zombie])).toBeCloseTo(2);
  });

  it('is never negative and never endless, whatever the two tables are', () => {
    const any = fc.array(
      fc.record({
        pid: fc.integer({ min: 2, max: 8 }),
        ppid: fc.nat(8),
        own: fc.nat(9),
        reaped: fc.nat(9),
        start: fc.nat(1),
      }),
      { maxLength: 8 },
    );
    const rows = (table: { pid: number; ppid: number; own: number; reaped: number; start: number }[]): ProcessRow[] =>
      table.map((each) => usage(each.pid, each.ppid, each.own, each.reaped, { startTime: String(each.start) }));
    fc.assert(
      fc.property(any, any, (before, now) => {
        const total = now.reduce((sum, each) => sum + each.own + each.reaped, 0);
        const seconds = used(rows(before), rows(now));
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(total);
      }),
    );
  });
});
