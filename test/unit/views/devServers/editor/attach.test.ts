import { beforeEach, describe, expect, it } from 'vitest';
import type { DevProcess, DevServer } from '../../../../../src/api/contract/devServers.ts';
import {
  type AttachConfiguration,
  attachables,
  DebugFollower,
} from '../../../../../src/views/devServers/editor/attach.ts';
import { devProcess, devServer, processRun } from '../samples.ts';

const runId = (n: number): string => `01890000-0000-7000-8000-00000000000${String(n)}`;

function api(n: number, more: Partial<DevProcess> = {}, debugPort: number | null = 9229): DevProcess {
  const run = { ...processRun, runId: runId(n), debugPort };
  return devProcess('api', { status: 'ready', run, readyAt: 0 }, { debug: 'node', ...more });
}

const demo = (...processes: readonly DevProcess[]): DevServer => devServer('demo', { processes });

describe('what can be attached to', () => {
  it('are processes that run with a debugger', () => {
    const run = { ...processRun, debugPort: 9229 };
    const processes = [
      api(1),
      devProcess('waits', { status: 'running', run, waitingFor: [] }, { debug: 'go' }),
      api(2, { name: 'portless' }, null),
      api(3, { name: 'no debugger', debug: null }),
      devProcess('stopped', { status: 'stopped', at: 0 }, { debug: 'node' }),
    ];
    expect(attachables(demo(...processes)).map(({ key }) => key)).toEqual(['id-demo/api', 'id-demo/waits']);
  });

  it('take what their debuggers ask for', () => {
    const [node, go] = attachables(demo(api(1), api(2, { name: 'server', debug: 'go' }, 40_000)));
    expect(node?.configuration).toMatchObject({
      type: 'node',
      request: 'attach',
      name: 'demo: api',
      address: '127.0.0.1',
      port: 9229,
      restart: true,
      continueOnAttach: true,
      cwd: '/work/demo',
      devyard: { project: 'id-demo', process: 'api', runId: runId(1) },
    });
    expect(go?.configuration).toMatchObject({
      type: 'go',
      request: 'attach',
      mode: 'remote',
      host: '127.0.0.1',
      port: 40_000,
    });
  });
});

describe('a debugger that is kept attached', () => {
  let attached: string[];
  let detached: string[];
  let answer: (configuration: AttachConfiguration) => Promise<string | undefined>;
  let follower: DebugFollower<string>;

  beforeEach(() => {
    attached = [];
    detached = [];
    answer = ({ devyard }) => Promise.resolve(devyard.runId);
    follower = new DebugFollower<string>({
      attach: (configuration) => {
        attached.push(configuration.devyard.runId);
        return answer(configuration);
      },
      detach: (session) => {
        detached.push(session);
        return Promise.resolve();
      },
    });
    follower.follow('id-demo');
  });

  it('is attached to each run once, after a restart to the next one, and ends with the last', async () => {
    await follower.update('id-demo', demo(api(1)));
    await follower.update('id-demo', demo(api(1)));
    expect([attached, detached]).toEqual([[runId(1)], []]);
    await follower.update(
      'id-demo',
      demo(devProcess('api', { status: 'starting', since: 0, step: '' }, { debug: 'node' })),
    );
    expect(detached).toEqual([runId(1)]);
    await follower.update('id-demo', demo(api(2, {}, 9230)));
    expect(attached).toEqual([runId(1), runId(2)]);
    await follower.update('id-demo', undefined);
    expect(detached).toEqual([runId(1), runId(2)]);
    expect(follower.isIdle).toBe(true);
  });

  it('is attached once, though the state changes while it is', async () => {
    let attach: (session: string) => void = () => undefined;
    answer = () => new Promise((resolve) => (attach = resolve));
    const first = follower.update('id-demo', demo(api(1)));
    await follower.update('id-demo', demo(api(1)));
    attach('session');
    await first;
    expect(attached).toEqual([runId(1)]);
  });

  it('that came too late for its run is ended', async () => {
    let attach: (session: string) => void = () => undefined;
    answer = () => new Promise((resolve) => (attach = resolve));
    const first = follower.update('id-demo', demo(api(1)));
    await follower.update('id-demo', demo());
    attach('late');
    await first;
    expect(detached).toEqual(['late']);
  });

  it('that the person ended stays away until the next run', async () => {
    await follower.update('id-demo', demo(api(1)));
    follower.ended({ project: 'id-demo', process: 'api', runId: runId(1) });
    await follower.update('id-demo', demo(api(1)));
    expect(attached).toEqual([runId(1)]);
    await follower.update('id-demo', demo(api(2)));
    expect(attached).toEqual([runId(1), runId(2)]);
    expect(detached).toEqual([]);
  });

  it('leaves other projects alone', async () => {
    await follower.update('id-other', devServer('other', { processes: [api(5)] }));
    expect(attached).toEqual([]);
  });
});
