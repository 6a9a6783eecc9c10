import { createServer, type Server } from 'node:net';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type DevyardClient } from '../../../src/api/client/client.ts';
import type { DevServer } from '../../../src/api/contract/devServers.ts';
import { linesOf, listen, ownRange, project, serverProcess, untilFile } from './devManifest.ts';
import { pageOf, startProject, stateOf, textOf, untilProject } from './devYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;

beforeEach(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
});
afterEach(() => yard[Symbol.asyncDispose]());

const at = (...names: string[]): string => join(yard.path, ...names);
const get = (id: string): Promise<DevServer> => client.call('devServers.get', { params: { id } });
const begin = (id: string): Promise<DevServer> => client.call('devServers.start', { params: { id }, body: {} });
const stop = (id: string): Promise<DevServer> => client.call('devServers.stop', { params: { id } });
const rebuild = (id: string) => client.call('devServers.rebuild', { params: { id }, body: {} });
const stateNow = ({ processes: [first] }: DevServer) => first?.state;

describe('readiness', () => {
  it('is not a log line alone where a page is asked for, and says what it waited for', async () => {
    const { id } = await project(
      client,
      at('demo'),
      {
        processes: {
          server: serverProcess({
            command: ['node', 'late.mjs', '${port}'],
            ready: [{ log: 'listens' }, { http: '/' }],
            readyTimeout: '1s',
          }),
        },
      },
      {
        'late.mjs': `import { existsSync } from 'node:fs';
console.log('listens');
while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20));
await import('./server.mjs');
`,
      },
    );
    const { events, end } = await listen(client);
    const failed = await startProject(client, id);
    expect(failed.lastError).toMatch(/server: it was not ready within 1 s: http:.*127\.0\.0\.1:\d+\/ does not answer/);
    expect(await yard.processes()).toEqual([]);
    await writeFile(at('demo/go'), '');
    expect(await startProject(client, id)).toMatchObject({ status: 'ready' });
    await stop(id);
    const told = (): string[] =>
      events.flatMap((event) => (event.type === 'plugin/devserver/status' ? [event.status] : []));
    await expect.poll(() => told().at(-1)).toBe('stopped');
    end();
    const statuses = told();
    // First of all, that it is wanted.
    const changes = statuses.filter((status, index) => status !== statuses[index - 1]);
    expect(changes).toEqual(['idle', 'starting', 'running', 'error', 'starting', 'running', 'ready', 'stopped']);
  });
});

describe('a process', () => {
  it('that ends with exit code 0 is over, and so is its project: nobody starts it again', async () => {
    const { id } = await project(client, at('demo'), {
      processes: { once: { command: ['node', 'slow.mjs', 'once'] } },
    });
    await begin(id);
    await untilProject(client, id, ({ status }) => status === 'stopped');
    await yard.kill();
    await yard.start();
    client = await yard.client();
    expect(await get(id)).toMatchObject({ status: 'idle' });
    expect((await linesOf(at('demo/once.log'))).filter((line) => line === 'done')).toHaveLength(1);
    await begin(id);
    await untilProject(client, id, ({ status }) => status === 'stopped');
    expect((await linesOf(at('demo/once.log'))).filter((line) => line === 'done')).toHaveLength(2);
  });

  it('that waits to be restarted after a crash is restarted once by a reload', async () => {
    const { id } = await project(client, at('demo'), {
      processes: {
        server: serverProcess({ dependsOn: ['build'], restart: { policy: 'on-failure', backoff: ['60s', '60s'] } }),
      },
      builds: { build: { command: ['node', '-e', '0'], reload: [{ restart: 'server' }] } },
    });
    const first = await startProject(client, id);
    await fetch(`${pageOf(first)}crash`).catch(() => undefined);
    const waiting = await untilProject(client, id, (now) => stateOf(now, 'server') === 'error');
    expect(stateNow(waiting)).toMatchObject({ exitCode: 7, retryAt: expect.any(Number) as number });
    expect(await rebuild(id)).toMatchObject({ success: true });
    const next = await untilProject(client, id, (now) => stateOf(now, 'server') === 'ready');
    expect(await yard.processes()).toEqual([Number(await textOf(pageOf(next)))]);
  });

  it('whose program is nowhere says which and what to do, and so does a build', async () => {
    await yard.kill();
    yard.env = { ...yard.env, PATH: '' };
    await yard.start();
    client = await yard.client();
    const { id } = await project(client, at('demo'), {
      processes: { server: { command: ['pnpm', 'dev'] } },
      builds: { build: { command: ['go', 'build'] } },
    });
    const { builds, processes } = await startProject(client, id);
    for (const [state, tool] of [
      [processes[0]?.state, 'pnpm'],
      [builds[0]?.state, 'go'],
    ] as const) {
      expect(state).toMatchObject({
        status: 'error',
        reason: expect.stringContaining(`${tool} was not found`) as string,
        hint: expect.stringContaining('devyard.devServers.tools') as string,
      });
    }
  });

  it('moves to another port when its own is taken between test and use', async () => {
    const [start = 0] = ownRange();
    const { id } = await project(
      client,
      at('demo'),
      {
        processes: {
          server: serverProcess({ command: ['node', 'slowly.mjs', '${port}'], port: { range: [start, start + 3] } }),
        },
      },
      {
        'slowly.mjs': `import { existsSync, renameSync, writeFileSync } from 'node:fs';
writeFileSync('port.new', process.argv[2]);
renameSync('port.new', 'port');
while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20));
await import('./server.mjs');
`,
      },
    );
    await begin(id);
    await untilFile(at('demo/port'));
    const grabbed = Number(await readFile(at('demo/port'), 'utf8'));
    const thief = await new Promise<Server>((resolve) => {
      const server = createServer().listen(grabbed, '127.0.0.1', () => resolve(server));
    });
    try {
      await writeFile(at('demo/go'), '');
      const moved = await untilProject(client, id, ({ status }) => status === 'ready' || status === 'error');
      expect(moved).toMatchObject({ status: 'ready' });
      expect(moved.vitePort).not.toBe(grabbed);
      expect(await yard.processes()).toEqual([Number(await textOf(pageOf(moved)))]);
    } finally {
      thief.close();
    }
  });
});

describe('dependencies', () => {
  it('come one after the other, wait for one that fails, and go on when it recovers', async () => {
    const { id } = await project(client, at('demo'), {
      processes: {
        first: serverProcess({ restart: { policy: 'never' } }),
        last: serverProcess({ dependsOn: ['middle'] }),
      },
      builds: { middle: { dependsOn: ['first'], command: ['node', 'slow.mjs', 'build'], watch: { include: ['in'] } } },
    });
    await writeFile(at('demo/build.fails'), '');
    const failed = await startProject(client, id);
    expect(['first', 'middle', 'last'].map((name) => stateOf(failed, name))).toEqual(['ready', 'error', 'starting']);
    expect(failed.processes.find(({ name }) => name === 'last')?.state).toMatchObject({ step: 'waiting for middle' });
    await rm(at('demo/build.fails'));
    await writeFile(at('demo/in'), '');
    await untilProject(client, id, (now) => stateOf(now, 'last') === 'ready');
    await stop(id);
    expect(await yard.processes()).toEqual([]);
  });

  it('of builds hold for a rebuild, too', async () => {
    const { id } = await project(client, at('demo'), {
      builds: {
        app: { dependsOn: ['library'], command: ['node', 'slow.mjs', 'app'] },
        library: { command: ['node', 'slow.mjs', 'library'] },
      },
    });
    await startProject(client, id);
    await writeFile(at('demo/library.fails'), '');
    const { builds, success } = await rebuild(id);
    expect(success).toBe(false);
    expect(builds).toEqual([
      { name: 'app', success: false, error: '“library”, which it needs, failed' },
      { name: 'library', success: false, error: 'exit code 5' },
    ]);
    expect((await linesOf(at('demo/app.log'))).filter((line) => line === 'done')).toHaveLength(1);
  });
});

describe('a reload', () => {
  it('happens once per good build, its failure is shown, and a good one clears it', async () => {
    const { id } = await project(client, at('demo'), {
      processes: { server: serverProcess({ dependsOn: ['build'] }) },
      builds: {
        build: {
          command: ['node', 'slow.mjs', 'build'],
          // The server is not up when it is built for the first time.
          reload: [
            { command: ['node', 'slow.mjs', 'hook'] },
            { http: 'http://127.0.0.1:${port:server}/r', method: 'GET' },
          ],
        },
      },
    });
    const hooks = async (): Promise<number> =>
      (await linesOf(at('demo/hook.log'))).filter((one) => one === 'done').length;
    expect(await startProject(client, id)).toMatchObject({ status: 'ready' });
    expect(await hooks()).toBe(1);
    await writeFile(at('demo/build.fails'), '');
    expect(await rebuild(id)).toMatchObject({ success: false });
    expect(await hooks()).toBe(1);
    await rm(at('demo/build.fails'));
    await writeFile(at('demo/hook.fails'), '');
    const shown = await rebuild(id);
    expect(shown.builds[0]?.error).toContain('It was built, but the reload failed: node ended with exit code 5');
    expect(shown.devServer).toMatchObject({ status: 'error', goStatus: 'error' });
    await rm(at('demo/hook.fails'));
    expect(await rebuild(id)).toMatchObject({ success: true, devServer: { status: 'ready' } });
    expect(await hooks()).toBe(2);
  });
});

describe('over TCP', () => {
  it('what is trusted may be used, and nothing be trusted', async () => {
    await yard.kill();
    const { url } = await yard.start('--listen', '127.0.0.1:0');
    client = await yard.client();
    const added = await project(client, at('demo'), { processes: { server: serverProcess() } });
    const far = createClient({ url: url ?? '', token: await yard.token() });
    const body = { hash: added.manifestHash };
    const trust = { code: 'forbidden' };
    const params = { id: added.id };
    await expect(far.call('devServers.add', { body: { path: at('demo'), trust: true } })).rejects.toMatchObject(trust);
    await expect(far.call('devServers.trust', { params, body })).rejects.toMatchObject(trust);
    for (const operation of ['devServers.start', 'devServers.restart'] as const) {
      const call = far.call(operation, { params, body: { trust: added.manifestHash } });
      await expect(call).rejects.toMatchObject({ code: 'forbidden', field: 'trust' });
    }
    expect(await far.call('devServers.start', { params, body: { wait: true } })).toMatchObject({ status: 'ready' });
    await writeFile(at('demo/devyard.yaml'), `${await readFile(at('demo/devyard.yaml'), 'utf8')}\n# changed\n`);
    await expect(far.call('devServers.restart', { params, body: {} })).rejects.toMatchObject(trust);
    // What was refused has stopped nothing.
    expect(await get(added.id)).toMatchObject({ status: 'ready', trusted: false });
    far.close();
  });
});
