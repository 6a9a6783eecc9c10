import { describe, expect, it } from 'vitest';
import type { DokployApi, Task } from '../../../../../src/managers/dokploy/api/types.ts';
import { logInto, startDeadlineMs, waitForTask } from '../../../../../src/managers/dokploy/machines/running.ts';
import { failure, outcome, ref, stage, task } from './waits.ts';

function answering(answers: readonly (readonly Task[])[], log = ''): Partial<DokployApi> {
  let at = -1;
  return {
    tasks: () => {
      at = Math.min(at + 1, answers.length - 1);
      return Promise.resolve(answers[at] ?? []);
    },
    containerLog: () => Promise.resolve(log),
  };
}

const endpoint = { host: 'host', port: 2222 };
const exit = '"task: non-zero exit (3)"';
const crashing = [
  task('3', 'Ready 3 seconds ago'),
  task('2', 'Failed 3 seconds ago', exit),
  task('1', 'Failed 9 seconds ago', exit),
];

describe('waiting for a task', () => {
  it('waits for the new one, whatever its predecessor does', async () => {
    const old = task('old', 'Running 5 minutes ago');
    const api = answering([
      [old],
      [],
      [task('new', 'Preparing 1 second ago')],
      [task('new', 'Running 1 second ago'), task('old', 'Shutdown 1 second ago')],
    ]);
    const on = stage(api);
    const result = await outcome(on, waitForTask(on.context, ref, { former: new Set(['old']) }));
    expect(result).toMatchObject({ value: { containerId: 'new' }, ms: 300 });
    expect(on.steps).toStrictEqual(['Its node gets the image.']);
  });

  it('does not take the moment between two tasks for the end', async () => {
    const on = stage(answering([crashing, crashing, [task('4', 'Running 1 second ago'), ...crashing.slice(1)]]));
    expect(await outcome(on, waitForTask(on.context, ref))).toMatchObject({ value: { containerId: '4' } });
  });

  it('tells one that ends again and again, with the last words of its log', async () => {
    const on = stage(answering([crashing], '2026-11-21T02:13:12.540338423Z no such user: dev\n'));
    const { error, ms } = await outcome(on, waitForTask(on.context, ref));
    expect(error).toMatchObject({ code: 'start-failed' });
    expect(String(error)).toMatch(
      /again and again\. Task: non-zero exit \(3\)\. Its log: no such user: dev\nno such user: dev$/,
    );
    expect(ms).toBeGreaterThanOrEqual(4000);
    expect(ms).toBeLessThan(5000);
  });

  it('tells a port that another program has', async () => {
    const on = stage(
      answering([
        [task('1', 'Pending 12 seconds ago', '"no suitable node (host-mode port already in use on 1 node)"')],
      ]),
    );
    expect((await outcome(on, waitForTask(on.context, ref))).error).toMatchObject({ code: 'port-taken' });
  });

  it('tells when nothing comes, though there is no log to read', async () => {
    const on = stage({ tasks: () => Promise.resolve([]), containerLog: () => Promise.reject(failure('not-found')) });
    const { error, ms } = await outcome(on, waitForTask(on.context, ref));
    expect(error).toMatchObject({ code: 'start-failed' });
    expect(ms).toBe(startDeadlineMs);
  });
});

describe('logging in', () => {
  const never = (_endpoint: unknown, signal: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });

  it('gives up as soon as the machine turns out to crash', async () => {
    let signalled: AbortSignal | undefined;
    const on = stage(answering([[task('1', 'Running 1 second ago')], crashing]), (at, signal) => {
      signalled = signal;
      return never(at, signal);
    });
    expect((await outcome(on, logInto(on.context, ref, endpoint))).error).toMatchObject({ code: 'start-failed' });
    expect(signalled?.aborted).toBe(true);
    expect(on.clock.pending).toBe(0);
  });

  /** Runs whenever somebody looks; each time after so many others that ended. */
  const risingAgain = (...ends: readonly number[]): readonly (readonly Task[])[] =>
    ends.map((count) => [
      task(`up ${String(count)}`, 'Running 1 second ago'),
      ...Array.from({ length: count }, (_, at) => task(`down ${String(count - at)}`, 'Failed 2 seconds ago', exit)),
    ]);

  it('gives up on what ended three times, though it runs whenever somebody looks', async () => {
    const on = stage(answering(risingAgain(0, 1, 2, 3)), never);
    const { error } = await outcome(on, logInto(on.context, ref, endpoint));
    expect(error).toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('It ends again and again. Task: non-zero exit (3).') as string,
    });
    const known = stage(answering(risingAgain(3)), never);
    const waited = await outcome(known, logInto(known.context, ref, endpoint, { former: new Set() }));
    expect(waited.error).toMatchObject({ code: 'start-failed' });
  });

  it('does not hold against it what ended before, whether that is told or not', async () => {
    for (const options of [{}, { former: new Set(['down 1', 'down 2', 'down 3']) }]) {
      const on = stage(answering(risingAgain(3, 3, 4, 5)), never);
      on.clock.after(60_000, () => on.abort.abort(new Error('enough')));
      const { error } = await outcome(on, logInto(on.context, ref, endpoint, options));
      expect(error).toMatchObject({ message: 'enough' });
    }
  });

  it('leaves no timer, and ends with what the login says', async () => {
    const fine = stage(answering([[task('1', 'Running 1 second ago')]]));
    expect(await outcome(fine, logInto(fine.context, ref, endpoint))).toMatchObject({ value: undefined, ms: 0 });
    expect(fine.clock.pending).toBe(0);
    const refused = stage(answering([[]]), () => Promise.reject(new Error('another host key')));
    expect((await outcome(refused, logInto(refused.context, ref, endpoint))).error).toMatchObject({
      message: 'another host key',
    });
    expect(refused.clock.pending).toBe(0);
  });

  it('goes on while Dokploy does not answer, and ends when it is aborted', async () => {
    const on = stage({ tasks: () => Promise.reject(failure('timeout')) }, never);
    on.clock.after(20_000, () => on.abort.abort(new Error('enough')));
    expect(await outcome(on, logInto(on.context, ref, endpoint))).toMatchObject({
      error: { message: 'enough' },
      ms: 20_000,
    });
  });
});
