import { describe, expect, it } from 'vitest';
import type { Deployment, DokployApi, QueuedJob } from '../../../../../src/managers/dokploy/api/types.ts';
import { deploymentDeadlineMs, waitForDeployment } from '../../../../../src/managers/dokploy/machines/deployment.ts';
import { failure, outcome, queued, ref, row, stage } from './waits.ts';

type Answers = readonly (readonly [rows: readonly Deployment[], queue?: readonly QueuedJob[] | 'hidden'])[];

/** Answers one after the other; the last one for ever. */
function answering(answers: Answers, logText = ''): Partial<DokployApi> {
  let at = -1;
  return {
    deployments: () => {
      at = Math.min(at + 1, answers.length - 1);
      return Promise.resolve(answers[at]?.[0] ?? []);
    },
    queue: () => {
      const queue = answers[at]?.[1] ?? [];
      return Promise.resolve(queue === 'hidden' ? undefined : queue);
    },
    deploymentLog: () => Promise.resolve(logText),
  };
}

const old = row('0', 'old', 'done');
const wait = (api: Partial<DokployApi>, options = {}) => {
  const on = stage(api);
  return { on, result: outcome(on, waitForDeployment(on.context, ref, 'mine', options)) };
};

describe('waiting for a deployment', () => {
  it('does not take an old one that is done for its own', async () => {
    const { on, result } = wait(
      answering([
        [[old], [queued('mine', 'waiting')]],
        [[old], [queued('mine', 'active')]],
        [[row('1', 'mine', 'running'), old]],
        [[row('1', 'mine', 'done'), old]],
      ]),
    );
    expect(await result).toMatchObject({ value: undefined, ms: 300 });
    expect(on.steps).toStrictEqual(['waiting for other deployments', 'deploying']);
  });

  it('takes the row whose title a commit replaced, only when nothing of its own is to be seen', async () => {
    const before = new Set(['0']);
    const replaced = answering([
      [[row('1', 'first commit', 'running'), old]],
      [[row('1', 'first commit', 'done'), old]],
    ]);
    expect(await wait(replaced, { before }).result).toMatchObject({ ms: 100 });
    const meanwhile = answering([
      [[row('1', 'somebody', 'done'), old], [queued('mine', 'waiting')]],
      [[row('2', 'mine', 'done'), row('1', 'somebody', 'done'), old]],
    ]);
    expect(await wait(meanwhile, { before }).result).toMatchObject({ ms: 100 });
    const renamed = answering(
      [[[row('1', 'mine', 'running')]], [[row('1', 'a commit', 'error')]]],
      'Error: no such file',
    );
    expect((await wait(renamed).result).error).toMatchObject({ code: 'start-failed' });
  });

  it('waits for its own where the queue is not shown, and takes none for lost', async () => {
    const nothing = Array.from({ length: 200 }, () => [[row('1', 'somebody', 'done'), old], 'hidden'] as const);
    const { result } = wait(answering([...nothing, [[row('2', 'mine', 'done'), old]]]), { before: new Set(['0']) });
    expect(await result).toMatchObject({ value: undefined, ms: 154_000 });
  });

  it('says when it got lost, after a while', async () => {
    const { error, ms } = await wait(answering([[[old]]])).result;
    expect(error).toMatchObject({ code: 'start-failed', message: expect.stringContaining('lost') as string });
    expect(ms).toBeGreaterThanOrEqual(10_000);
    expect(ms).toBeLessThan(11_000);
  });

  it('fails with the words of the log, without Dokploy saying that there is a log and without secrets', async () => {
    const text =
      'Pulling x\r\u001b[31mError response from daemon: denied for hunter22\u001b[0m\n❌ Pulling image failed\n\nError occurred ❌, check the logs for details.\n';
    const api = answering([[[row('1', 'mine', 'error')]]], text);
    const { on, result } = wait(api, { secrets: ['hunter22'] });
    const { error } = await result;
    expect(String(error)).toContain('The deployment failed: Error response from daemon: denied for …\n');
    expect(JSON.stringify([on.log, String(error)])).not.toContain('hunter22');
    expect(on.log).toContain('❌ Pulling image failed');
  });

  it('fails with the reason in the row when nothing was written', async () => {
    const api = answering([
      [[{ ...row('1', 'mine', 'error'), logPath: '', errorMessage: 'connect ECONNREFUSED 10.0.0.1:22' }]],
    ]);
    const unread: Partial<DokployApi> = {
      ...api,
      deploymentLog: () => Promise.reject(new Error('asked for all the same')),
    };
    expect((await wait(unread).result).error).toMatchObject({
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('tells one that was cancelled, and one over a port', async () => {
    expect((await wait(answering([[[row('1', 'mine', 'cancelled')]]])).result).error).toMatchObject({
      code: 'start-failed',
      message: 'The deployment was cancelled.',
    });
    const text = 'Bind for 0.0.0.0:2222 failed: port is already allocated\nError: ❌ Docker command failed';
    expect((await wait(answering([[[row('1', 'mine', 'error')]]], text)).result).error).toMatchObject({
      code: 'port-taken',
    });
  });

  it('waits for a server that is away for a moment, and not for ever', async () => {
    let isAway = true;
    const api: Partial<DokployApi> = {
      deployments: () =>
        isAway ? Promise.reject(failure('unreachable')) : Promise.resolve([row('1', 'mine', 'done')]),
    };
    const on = stage(api);
    const waiting = outcome(on, waitForDeployment(on.context, ref, 'mine'));
    on.clock.after(30_000, () => (isAway = false));
    expect(await waiting).toMatchObject({ value: undefined });
    isAway = true;
    const { error, ms } = await wait(api).result;
    expect(error).toMatchObject({ kind: 'unreachable' });
    expect(ms).toBeGreaterThan(120_000);
    const forbidden: Partial<DokployApi> = { deployments: () => Promise.reject(failure('forbidden')) };
    expect(await wait(forbidden).result).toMatchObject({ error: { kind: 'forbidden' }, ms: 0 });
  });

  it('ends at its deadline, and at once when it is aborted', async () => {
    const running = answering([[[row('1', 'mine', 'running')]]]);
    const { error, ms } = await wait(running).result;
    expect(error).toMatchObject({ code: 'start-failed' });
    expect(ms).toBe(deploymentDeadlineMs);
    const { on, result } = wait(running);
    on.clock.after(1000, () => on.abort.abort(new Error('enough')));
    expect(await result).toMatchObject({ error: { message: 'enough' }, ms: 1000 });
    expect(on.clock.pending).toBe(0);
  });
});
