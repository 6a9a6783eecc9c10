import { describe, expect, it, vi } from 'vitest';
import { failureOf, makeApplication, openClient, openDouble } from './apiWorld.ts';

async function collect(log: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const text of log) all += text;
  return all;
}

describe('the log of a deployment', () => {
  it('comes as it is written, and ends with the signal', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const service = await makeApplication(api, double.image);
    double.deployTakes(300);
    await api.deploy(service, 'title');
    await vi.waitUntil(async () => (await api.deployments(service)).length > 0);
    const [deployment] = await api.deployments(service);
    const controller = new AbortController();
    let all = '';
    for await (const text of api.followDeployment(deployment?.logPath ?? '', null, controller.signal)) {
      all += text;
      if (all.includes('✅')) controller.abort();
    }
    expect(all).toContain(`Pulling ${double.image}`);
    const upgrade = double.requests.find(({ procedure }) => procedure === 'listen-deployment');
    expect(upgrade?.input).toEqual({ logPath: deployment?.logPath });
  });

  it('is refused without a word to a key that is not taken; that is told', async () => {
    const double = await openDouble();
    const api = openClient(double, { key: 'wrong' });
    const failure = await failureOf(
      collect(api.followDeployment('/etc/dokploy/logs/x.log', 's', new AbortController().signal)),
    );
    expect(failure).toMatchObject({ kind: 'forbidden', call: 'listen-deployment' });
    expect(double.requests.at(-1)?.input).toEqual({ logPath: '/etc/dokploy/logs/x.log', serverId: 's' });
  });

  it('fails with the words of a call', async () => {
    const double = await openDouble();
    const api = openClient(double);
    double.inject({ procedure: 'listen-deployment', fault: { status: 502 } });
    const refused = await failureOf(
      collect(api.followDeployment('/etc/dokploy/logs/x.log', null, new AbortController().signal)),
    );
    expect(refused.message).toMatch(/\(listen-deployment\): it answered 502 instead of opening a WebSocket/);
    const broken = failureOf(
      collect(api.followDeployment('/etc/dokploy/logs/y.log', null, new AbortController().signal)),
    );
    await vi.waitUntil(() => double.requests.at(-1)?.status === 101);
    double.dropConnections();
    expect((await broken).kind).toBe('torn');
  });
});

describe('the log of a container', () => {
  it('is asked for by its kind, with the last lines first', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const container = { containerId: 'nosuchtask', kind: 'application', serverId: null, tail: 0 } as const;
    // The terminal's carriage returns are gone.
    expect(await collect(api.followContainer(container, new AbortController().signal))).toBe(
      'Error response from daemon: No such container: nosuchtask\n',
    );
    const other = { ...container, kind: 'compose', serverId: 's', tail: 99_999 } as const;
    await collect(api.followContainer(other, new AbortController().signal));
    expect(double.requests.map(({ input }) => input)).toEqual([
      { containerId: 'nosuchtask', runType: 'swarm', tail: '1', since: 'all' },
      { containerId: 'nosuchtask', runType: 'native', tail: '10000', since: 'all', serverId: 's' },
    ]);
  });
});
