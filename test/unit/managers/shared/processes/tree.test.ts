import { describe, expect, it } from 'vitest';
import { groupSurvivors, protectedPids, runMembers } from '../../../../../src/managers/shared/processes/tree.ts';
import { row } from './fakes.ts';

const none = new Set<number>();
const pids = (rows: readonly { pid: number }[]): number[] => rows.map((each) => each.pid).sort((a, b) => a - b);

describe('runMembers', () => {
  const leader = row(100, 50);
  const rows = [
    row(1, 0),
    row(50, 1),
    leader,
    row(101, 100, { pgid: 100 }),
    row(102, 101), // a terminal: a group of its own
    row(103, 102), // its job, in another group
    row(104, 1, { pgid: 103 }), // a member of that job whose parent died
    row(105, 1, { pgid: 100 }), // a member of the leader's group whose parent died
    row(106, 101, { alive: false }),
    row(200, 50),
    row(201, 200, { pgid: 200 }),
  ];

  it('finds descendants, groups and descendants of groups, no strangers and no zombies', () => {
    expect(pids(runMembers(rows, [leader], none))).toEqual([100, 101, 102, 103, 104, 105]);
  });

  it('finds nothing for a process of that pid with another start time', () => {
    expect(runMembers(rows, [{ pid: 100, startTime: 'other' }], none)).toEqual([]);
  });

  it('finds the group of a dead leader while a known process is in it, else not', () => {
    const orphaned = rows
      .filter((each) => each.pid !== 100)
      .map((each) => (each.ppid === 100 ? { ...each, ppid: 1 } : each));
    expect(pids(runMembers(orphaned, [leader, row(101, 1)], none))).toEqual([101, 102, 103, 104, 105]);
    expect(runMembers(orphaned, [leader], none)).toEqual([]);
  });

  it('does not take a group for ours whose leader is a younger process with the pid of ours', () => {
    const reused = [
      row(1, 0),
      row(100, 1, { startTime: 'younger' }),
      row(300, 1, { pgid: 100 }),
      row(101, 1, { pgid: 100 }),
    ];
    expect(pids(runMembers(reused, [leader, row(101, 1)], none))).toEqual([101]);
  });

  it('goes on through a zombie that still leads its group', () => {
    const zombie = [row(100, 50, { alive: false }), row(101, 1, { pgid: 100 })];
    expect(pids(runMembers(zombie, [leader], none))).toEqual([101]);
  });

  it('neither returns nor passes through what is excluded', () => {
    const inside = [...rows, row(400, 102), row(401, 400)];
    expect(pids(runMembers(inside, [leader], new Set([400])))).toEqual([100, 101, 102, 103, 104, 105]);
  });

  it('ends for a table with a cycle', () => {
    expect(pids(runMembers([row(10, 11), row(11, 10)], [row(10, 11)], none))).toEqual([10, 11]);
  });
});

describe('groupSurvivors', () => {
  it('gives the members of a dead leader, none when its pid is a younger process', () => {
    const rows = [row(101, 1, { pgid: 100 }), row(102, 1, { pgid: 100, alive: false }), row(200, 1)];
    expect(pids(groupSurvivors(rows, row(100, 1)))).toEqual([101]);
    expect(groupSurvivors([...rows, row(100, 1, { startTime: 'younger' })], row(100, 1))).toEqual([]);
    expect(groupSurvivors([row(5, 1, { pgid: 1 })], { pid: 1, startTime: '' })).toEqual([]);
  });
});

describe('protectedPids', () => {
  it('gives a process, its ancestors and init', () => {
    const rows = [row(1, 0), row(50, 1), row(60, 50), row(70, 60), row(71, 60)];
    expect([...protectedPids(rows, 70)].sort((a, b) => a - b)).toEqual([0, 1, 50, 60, 70]);
    expect([...protectedPids([], 70)].sort((a, b) => a - b)).toEqual([0, 1, 70]);
  });
});
