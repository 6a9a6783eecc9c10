import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../../src/api/contract/jobs.ts';
import { endOfJob, endOfStart } from '../../../src/views/shared/followJob.ts';
import { Session } from '../../../src/views/shared/session.ts';
import { FakeHost } from './fakeDaemon.ts';
import { codeServer, job, l10n, running } from './samples.ts';

const done = job('a', { status: 'succeeded', at: 1 });
const cloning = job('a', { status: 'running', step: 'cloning', fraction: null });

describe('following a job', () => {
  let host: FakeHost;
  let session: Session;
  let steps: string[];
  const onStep = ({ state }: Job): void => void steps.push(state.status === 'running' ? state.step : state.status);
  const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  beforeEach(async () => {
    vi.useFakeTimers();
    steps = [];
    host = new FakeHost();
    host.jobs.set('job-a', job('a'));
    session = new Session({ find: () => host.find(), ensure: () => host.ensure(), l10n, log: () => undefined });
    session.attend(true);
    await settle();
  });
  afterEach(() => {
    session.dispose();
    vi.useRealTimers();
  });

  it('tells its steps and gives its end', async () => {
    const end = endOfJob(session, job('a'), onStep);
    host.emit({ type: 'job.progress', job: cloning });
    host.emit({ type: 'job.changed', job: done });
    expect(await end).toEqual(done);
    expect(steps).toContain('cloning');
  });

  it('finds an end that was told before anybody listened', async () => {
    host.emit({ type: 'job.changed', job: done });
    host.emit({ type: 'job.changed', job: job('b') });
    await settle();
    expect(session.snapshot.jobs.has('job-a')).toBe(false);
    expect(await endOfJob(session, job('a'), onStep)).toEqual(done);
    expect(await endOfJob(session, done, onStep)).toEqual(done);
  });

  it('goes on over the death of a daemon, also when the job ended meanwhile', async () => {
    const end = endOfJob(session, job('a'), onStep);
    host.kill();
    host.jobs.set('job-a', done);
    await settle(3000);
    expect(host.starts).toBe(2);
    expect(await end).toEqual(done);
  });

  it('gives up when nobody knows it any more, or Devyard was stopped', async () => {
    host.jobs.delete('job-x');
    expect(await endOfJob(session, job('x'), onStep)).toBeUndefined();
    const end = endOfJob(session, job('a'), onStep);
    await session.stopDaemon(false);
    expect(await end).toBeUndefined();
  });

  it('follows a start to its end, whatever that is', async () => {
    const begun = codeServer('a', { status: 'starting', since: 0, step: 'waiting' });
    const follow = async (...states: Parameters<typeof codeServer>[1][]): Promise<string | undefined> => {
      const told: string[] = [];
      const end = endOfStart(session, begun, (step) => told.push(step));
      for (const state of states) host.emit({ type: 'codeServer.changed', codeServer: codeServer('a', state) });
      const status = (await end)?.state.status;
      expect(told[0]).toBe('waiting');
      host.emit({ type: 'codeServer.changed', codeServer: begun });
      await settle();
      return status;
    };
    expect(await follow(running)).toBe('running');
    expect(await follow({ status: 'stopping', since: 0 }, { status: 'stopped' })).toBe('stopped');
    const end = endOfStart(session, begun, () => undefined);
    host.emit({ type: 'codeServer.deleted', id: 'id-a' });
    expect(await end).toBeUndefined();
  });
});
