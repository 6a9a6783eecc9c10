import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/managers/shared/clock.ts';
import { DevyardError } from '../../src/managers/shared/errors.ts';
import { Journal } from '../../src/managers/shared/events/journal.ts';
import { Jobs } from '../../src/managers/shared/jobs/jobs.ts';
import { requireSuccess } from '../../src/managers/shared/jobs/outcome.ts';
import type { Job, JobEvent, JobRunner, JobWork } from '../../src/managers/shared/jobs/types.ts';
import { openStore, type Store } from '../../src/managers/shared/store/store.ts';
import { type Temporary, temporaryFolder } from '../support/temporary.ts';

const resourceId = '01890000-0000-7000-8000-000000000001';
const wanted = { kind: 'test', resourceId, title: 'Try it', items: ['a', 'b'], plan: { n: 1 } };

let folder: Temporary;
let store: Store;
const problems: unknown[] = [];

beforeEach(async () => {
  folder = await temporaryFolder('devyard-jobs-');
  store = await openStore({ file: join(folder.path, 'devyard.db'), backups: folder.path, now: 1 });
  problems.length = 0;
});

afterEach(async () => {
  await store.close();
  await folder[Symbol.asyncDispose]();
});

/** A daemon's jobs, on the store that the test has. */
async function jobsWith(runner: JobRunner): Promise<{ jobs: Jobs; events: Job[] }> {
  const onProblem = (error: unknown): void => void problems.push(error);
  const journal = await Journal.open<JobEvent>(store.database, { clock: systemClock, onProblem });
  const events: Job[] = [];
  journal.on(({ event }) => events.push(event.job));
  const jobs = new Jobs({ hostId: 'h', clock: systemClock, database: store.database, journal, onProblem });
  jobs.register('test', runner);
  await jobs.load();
  return { jobs, events };
}

const untilAborted = ({ signal }: JobWork): Promise<never> =>
  new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });

describe('jobs', () => {
  it('are stored before they begin, tell each item, and stay in the list when they have ended', async () => {
    const { jobs, events } = await jobsWith(async (_, work) => {
      expect(work.plan).toEqual({ n: 1 });
      for (const { name } of work.items) await work.item(name, 'done');
    });
    const { id } = await jobs.begin(wanted);
    expect((await jobs.ended(id)).state.status).toBe('succeeded');
    expect(events[0]?.state).toMatchObject({ status: 'running' });
    expect(events.at(-1)?.items).toEqual([
      { name: 'a', status: 'done' },
      { name: 'b', status: 'done' },
    ]);
    const { jobs: next } = await jobsWith(() => Promise.reject(new Error('nothing is left to do')));
    next.resume();
    expect(next.get(id).state.status).toBe('succeeded');
  });

  it('that end in part keep what succeeded and say why the rest did not', async () => {
    const { jobs } = await jobsWith(async (_, work) => {
      await work.item('a', 'done');
      await work.item('b', 'failed', 'It is broken.');
    });
    const ended = await jobs.ended((await jobs.begin(wanted)).id);
    expect(ended.state).toMatchObject({ status: 'partial', error: { message: '1 of 2 failed. b: It is broken.' } });
    expect(() => requireSuccess(ended)).not.toThrow();
  });

  it('that fail give their error to whoever waits', async () => {
    const { jobs } = await jobsWith(() =>
      Promise.reject(new DevyardError('disk-full', 'It is full.', { hint: 'Free.' })),
    );
    const ended = await jobs.ended((await jobs.begin(wanted)).id);
    expect(() => requireSuccess(ended)).toThrow(
      expect.objectContaining({ code: 'disk-full', message: 'It is full.', hint: 'Free.' }) as Error,
    );
  });

  it('of one resource come one after the other; those of others do not wait', async () => {
    const running = new Set<string>();
    let most = 0;
    const { jobs } = await jobsWith(async ({ resourceId: of }) => {
      expect(running.has(of)).toBe(false);
      running.add(of);
      most = Math.max(most, running.size);
      await new Promise((resolve) => setImmediate(resolve));
      running.delete(of);
    });
    const others = ['x', 'y'].map((resourceId) => ({ ...wanted, resourceId }));
    const begun = await Promise.all([wanted, wanted, wanted, ...others].map((one) => jobs.begin(one)));
    const ended = await Promise.all(begun.map(({ id }) => jobs.ended(id)));
    expect(ended.map(({ state }) => state.status)).toEqual(Array(5).fill('succeeded'));
    expect(most).toBeGreaterThan(1);
  });

  it('are really cancelled, waiting or running, and stay cancelled', async () => {
    const started: string[] = [];
    const { jobs } = await jobsWith((job, work) => {
      started.push(job.id);
      return untilAborted(work);
    });
    const first = await jobs.begin(wanted);
    const second = await jobs.begin(wanted);
    const third = await jobs.begin(wanted);
    const told = jobs.ended(second.id);
    expect((await jobs.cancel(second.id)).state.status).toBe('cancelled');
    expect((await told).state.status).toBe('cancelled');
    // It did not have to wait for the one before it.
    expect(jobs.get(first.id).state.status).toBe('running');
    expect((await jobs.cancel(first.id)).state.status).toBe('cancelled');
    await expect.poll(() => started).toEqual([first.id, third.id]);
    await jobs.cancel(third.id);
    await expect.poll(() => jobs.running).toBe(0);
    expect((await jobs.cancel(first.id)).state.status).toBe('cancelled');
    await expect(jobs.cancel(resourceId)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('go on in the next daemon where this one stopped, without doing again what was done', async () => {
    const { jobs } = await jobsWith(async (_, work) => {
      await work.item('a', 'done');
      await work.item('b', 'running');
      await untilAborted(work).catch(() => expect(work.suspended()).toBe(true));
      throw work.signal.reason;
    });
    const { id } = await jobs.begin(wanted);
    await expect.poll(() => jobs.get(id).items[1]?.status).toBe('running');
    await jobs.suspend();
    expect(jobs.get(id).state.status).toBe('running');

    const seen: string[] = [];
    const { jobs: next } = await jobsWith(async (_, work) => {
      for (const { name, status } of work.items) seen.push(`${name} ${status}`);
      await work.item('b', 'done');
    });
    expect(next.hasUnfinished(resourceId)).toBe(true);
    next.resume();
    expect((await next.ended(id)).state.status).toBe('succeeded');
    expect(seen).toEqual(['a done', 'b waiting']);
  });

  it('that took three daemons down are not begun again', async () => {
    // A killed daemon leaves what it had written when the job began.
    const never: JobRunner = () => new Promise(() => undefined);
    const { jobs, events } = await jobsWith(never);
    const { id } = await jobs.begin(wanted);
    await expect.poll(() => events.length).toBe(2);
    for (let daemon = 1; daemon < 3; daemon += 1) {
      const { jobs: next, events } = await jobsWith(never);
      next.resume();
      await expect.poll(() => events.length).toBeGreaterThan(0);
    }
    const { jobs: last } = await jobsWith(never);
    last.resume();
    expect((await last.ended(id)).state).toMatchObject({ status: 'failed', error: { code: 'unavailable' } });
  });

  it('are pruned when there are too many ended ones', async () => {
    const { jobs } = await jobsWith(async () => undefined);
    for (let i = 0; i < 105; i += 1) await jobs.ended((await jobs.begin({ ...wanted, items: [] })).id);
    await expect.poll(() => jobs.list().length).toBe(100);
    await expect.poll(async () => (await store.database.selectFrom('jobs').select('id').execute()).length).toBe(100);
    expect(problems).toEqual([]);
  });
});
