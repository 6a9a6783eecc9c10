import { beforeEach, describe, expect, it } from 'vitest';
import { signalMembers, type SignalTarget } from '../../../../../src/managers/shared/processes/signals.ts';
import { FakePlatform, row } from './fakes.ts';

describe('signalMembers', () => {
  const platform = new FakePlatform();
  let sent: string[];
  let refusal: string | undefined;
  let target: SignalTarget;
  beforeEach(() => {
    sent = [];
    refusal = undefined;
    platform.rows = [row(100, 1), row(101, 100, { pgid: 100 }), row(102, 100)];
    target = {
      platform,
      ownGroup: 7,
      kill: (pid, signal) => {
        if (refusal !== undefined) throw Object.assign(new Error(refusal), { code: refusal });
        if (signal !== 'SIGCONT') sent.push(`${signal} ${pid}`);
      },
    };
  });

  it('signals a group once as a whole', async () => {
    await signalMembers(platform.rows.toReversed(), 'SIGTERM', target);
    expect(sent.sort()).toEqual(['SIGTERM -100', 'SIGTERM -102']);
  });

  it.runIf(process.platform !== 'win32')('wakes a stopped process before it is asked, never before KILL', async () => {
    const all: string[] = [];
    const kill = (pid: number, signal: string): void => void all.push(`${signal} ${String(pid)}`);
    await signalMembers([row(102, 100)], 'SIGINT', { ...target, kill });
    await signalMembers([row(102, 100)], 'SIGKILL', { ...target, kill });
    expect(all).toEqual(['SIGCONT -102', 'SIGINT -102', 'SIGKILL -102']);
  });

  it('signals nobody who is not who he was when he was looked at', async () => {
    const seen = platform.rows;
    platform.rows = [row(100, 1, { startTime: 'younger' }), row(102, 100, { alive: false })];
    await signalMembers(seen, 'SIGKILL', target);
    expect(sent).toEqual([]);
  });

  it('signals one by one where the leader of the group is none of them, or this process is in it', async () => {
    await signalMembers([row(101, 100, { pgid: 100 })], 'SIGTERM', target);
    await signalMembers([row(100, 1)], 'SIGTERM', { ...target, ownGroup: 100 });
    expect(sent).toEqual(['SIGTERM 101', 'SIGTERM 100']);
  });

  it('never signals init, every process or our own group', async () => {
    platform.rows = [row(1, 0), row(0, 0), row(300, 1, { pgid: 0 }), row(301, 1, { pgid: 1 })];
    await signalMembers(platform.rows, 'SIGKILL', target);
    expect(sent).toEqual(['SIGKILL 300', 'SIGKILL 301']);
  });

  it('tells who may not be signalled, and takes a vanished one for gone', async () => {
    refusal = 'EPERM';
    expect([...(await signalMembers(platform.rows, 'SIGTERM', target))].sort()).toEqual([
      '100:1000',
      '101:1010',
      '102:1020',
    ]);
    refusal = 'ESRCH';
    expect(await signalMembers(platform.rows, 'SIGTERM', target)).toEqual(new Set());
    refusal = 'EINVAL';
    await expect(signalMembers(platform.rows, 'SIGTERM', target)).rejects.toThrow('EINVAL');
  });
});
