import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DevServer } from '../../../src/api/contract/devServers.ts';
import { isAlive, linesOf, ownRange, project, serverProcess, untilFile } from './devManifest.ts';
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
const begin = (id: string, body: { window?: boolean } = {}): Promise<DevServer> =>
  client.call('devServers.start', { params: { id }, body });
const stop = (id: string): Promise<DevServer> => client.call('devServers.stop', { params: { id } });
async function revive(): Promise<void> {
  await yard.start();
  client = await yard.client();
}
const runOf = ({ processes: [first] }: DevServer) => {
  const state = first?.state;
  if (state?.status !== 'ready' && state?.status !== 'running')
    throw new Error(`it does not run: ${JSON.stringify(state)}`);
  return state.run;
};

/** Ignores TERM, and so does the child that it starts; both are killed in the end. */
const deaf = `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
process.on('SIGTERM', () => undefined);
if (process.argv[2] !== 'child') {
  const child = spawn(process.execPath, [process.argv[1], 'child'], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.once('data', () => writeFileSync('deaf', ''));
}
console.log('deaf');
setInterval(() => undefined, 1000);
`;
const deafProcess = { command: ['node', 'deaf.mjs'], stop: { grace: '300ms' }, ready: [] };

describe('kill -9 of the daemon', () => {
  it('during a stop leaves nothing that runs, and nothing that comes back', async () => {
    const { id } = await project(
      client,
      at('demo'),
      { processes: { deaf: { ...deafProcess, stop: { grace: '60s' } } } },
      { 'deaf.mjs': deaf },
    );
    await begin(id);
    await untilFile(at('demo/deaf'));
    stop(id).catch(() => undefined);
    await untilProject(client, id, ({ stopping }) => stopping);
    await yard.kill();
    await revive();
    expect(await yard.processes()).toEqual([]);
    expect(await get(id)).toMatchObject({ status: 'idle' });
  });

  it('at any moment of a start leaves one process, which a stop ends', async () => {
    const { id } = await project(client, at('demo'), {
      processes: { server: serverProcess({ dependsOn: ['build'] }) },
      builds: { build: { command: ['node', '-e', '0'], reload: [{ restart: 'server' }] } },
    });
    let delay = 0;
    for (let round = 0; round < 6; round += 1) {
      const began = begin(id).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await yard.kill();
      await began;
      await revive();
      delay += 25;
      await begin(id);
      const { status } = await untilProject(client, id, (now) => now.status === 'ready' || now.status === 'error');
      expect(status).toBe('ready');
      expect(await yard.processes()).toEqual([runOf(await get(id)).pid]);
      await stop(id);
      expect(await yard.processes()).toEqual([]);
      expect(await readdir(join(yard.dataDir, 'runs'))).toEqual([]);
    }
  });

  it('several times in a row does not touch what runs, nor its port and its log', async () => {
    const { id } = await project(client, at('demo'), { processes: { server: serverProcess() } });
    const first = await startProject(client, id);
    for (let round = 0; round < 3; round += 1) {
      await yard.kill();
      await revive();
      const next = await untilProject(client, id, ({ status }) => status === 'ready');
      expect(runOf(next)).toMatchObject({ pid: runOf(first).pid, port: runOf(first).port, adopted: true });
    }
    const { entries } = await client.call('devServers.logs', { params: { id }, query: { count: 1000 } });
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.filter(({ message }) => message === 'listens')).toHaveLength(1);
  });

  it('between a deployment and its reload: the next daemon reloads', async () => {
    const { id } = await project(
      client,
      at('demo'),
      {
        processes: { server: serverProcess({ dependsOn: ['build'] }) },
        builds: {
          build: {
            command: ['cp', 'source', '${out}'],
            watch: { include: ['source'] },
            deploy: [{ to: 'target' }],
            reload: [{ command: ['node', 'slow.mjs', 'hook'] }],
          },
        },
      },
      { source: 'one' },
    );
    await startProject(client, id);
    await writeFile(at('demo/hook.waits'), '');
    await rm(at('demo/hook.log'));
    await writeFile(at('demo/source'), 'two');
    await untilFile(at('demo/hook.log'));
    expect(await readFile(at('demo/target'), 'utf8')).toBe('two');
    await yard.kill();
    await rm(at('demo/hook.waits'));
    await revive();
    await untilProject(client, id, (now) => stateOf(now, 'build') === 'ready');
    expect((await linesOf(at('demo/hook.log'))).at(-1)).toBe('done');
  });

  it('does not make its successor end strangers that run files claim', async () => {
    const { id, hostId } = await project(client, at('demo'), { processes: { server: serverProcess() } });
    await startProject(client, id);
    const stranger = spawn('sleep', ['600']);
    try {
      const runs = join(yard.dataDir, 'runs');
      const [name = ''] = await readdir(runs);
      const record = JSON.parse(await readFile(join(runs, name), 'utf8')) as { pid: number; startTime: string };
      const real = { ...record };
      await yard.kill();
      const stat = await readFile(`/proc/${String(stranger.pid)}/stat`, 'utf8');
      const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      const claims = [
        { pid: 1, startTime: '0' },
        { pid: stranger.pid, startTime },
        { pid: stranger.pid, startTime: '1' },
        { pid: process.pid, startTime: real.startTime },
        { pid: -1 },
      ];
      for (const [index, claim] of claims.entries()) {
        for (const resource of [`devServer:${id}:server`, `devServer:${id}:gone`, 'devServer:nobody:server']) {
          const runId = `00000000-0000-7000-8000-0000000${String(index)}${resource.length.toString().padStart(4, '0')}`;
          await writeFile(join(runs, `${runId}.json`), JSON.stringify({ ...real, runId, hostId, resource, ...claim }));
        }
      }
      await revive();
      await untilProject(client, id, ({ status }) => status === 'ready');
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
      await stop(id);
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
      expect(await yard.processes()).toEqual([]);
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});

describe('a process that ignores TERM', () => {
  it('is killed after its time with the child that ignores it too, while the others stop beside it', async () => {
    const { id } = await project(
      client,
      at('demo'),
      { processes: { deaf: deafProcess, server: serverProcess() } },
      { 'deaf.mjs': deaf },
    );
    await startProject(client, id);
    await untilFile(at('demo/deaf'));
    expect(await stop(id)).toMatchObject({ status: 'stopped' });
    expect(await yard.processes()).toEqual([]);
  });
});

describe('the end of the daemon', () => {
  it.each([true, false])('with endRunning %s takes along what runs, or does not', async (endRunning) => {
    const { id } = await project(client, at('demo'), { processes: { server: serverProcess() } });
    const first = await startProject(client, id);
    const exit = once(yard.child ?? process, 'exit');
    await client.call('daemon.stop', { body: { endRunning } });
    await exit;
    expect(isAlive(runOf(first).pid)).toBe(!endRunning);
    await revive();
    if (endRunning) expect(await get(id)).toMatchObject({ status: 'idle' });
    else expect(runOf(await untilProject(client, id, ({ status }) => status === 'ready')).adopted).toBe(true);
  });

  it('in a hand-over leaves to the newer daemon what runs, though every window loses its connection', async () => {
    await client.call('settings.patch', { body: { devServerGraceSeconds: 0 } });
    const { id } = await project(client, at('demo'), { processes: { server: serverProcess() } });
    const open = client.events(undefined, new AbortController().signal, { window: true })[Symbol.asyncIterator]();
    await open.next();
    const body = { wait: true, window: true };
    const first = await client.call('devServers.start', { params: { id }, body });
    const exit = once(yard.child ?? process, 'exit');
    const { build } = await client.call('daemon.get', {});
    await client.call('daemon.handOver', { body: { version: '999.0.0', build: build + 1 } });
    await exit;
    expect(await textOf(pageOf(first))).toBe(String(runOf(first).pid));
    await revive();
    expect(runOf(await untilProject(client, id, ({ status }) => status === 'ready')).pid).toBe(runOf(first).pid);
  });
});

describe('ports', () => {
  it('are kept over a restart of the daemon, never shared, and named when all are taken', async () => {
    const [start = 0] = ownRange();
    const definition = { processes: { server: serverProcess({ port: { range: [start, start + 1] } }) } };
    const [a, b, c] = [
      await project(client, at('a'), definition),
      await project(client, at('b'), definition),
      await project(client, at('c'), definition),
    ];
    const [first, second] = await Promise.all([startProject(client, a.id), startProject(client, b.id)]);
    expect(new Set([runOf(first).port, runOf(second).port])).toEqual(new Set([start, start + 1]));
    const refused = await startProject(client, c.id);
    expect(refused.lastError).toContain(`Every port from ${String(start)} to ${String(start + 1)} is taken`);
    expect(refused.lastError).toContain('“server” of the project “a”');
    // It is still wanted: the next daemon would try it again.
    await Promise.all([stop(a.id), stop(b.id), stop(c.id)]);
    await yard.kill();
    await revive();
    expect(runOf(await startProject(client, b.id)).port).toBe(runOf(second).port);
    expect(runOf(await startProject(client, a.id)).port).toBe(runOf(first).port);
  });
});

describe('editor windows', () => {
  const window = async (): Promise<AbortController> => {
    const open = new AbortController();
    for await (const { event } of client.events(undefined, open.signal, { window: true })) {
      if (event.type === 'hello') break;
    }
    return open;
  };

  it('that are gone when a daemon takes over end what they started, but not what is to be kept', async () => {
    const open = new AbortController();
    const stream = client.events(undefined, open.signal, { window: true })[Symbol.asyncIterator]();
    await stream.next();
    const mine = await project(client, at('mine'), { processes: { server: serverProcess() } });
    const kept = await project(client, at('kept'), { keepRunning: true, processes: { server: serverProcess() } });
    const claimed = await project(client, at('claimed'), { processes: { server: serverProcess() } });
    for (const { id } of [mine, kept, claimed]) await begin(id, { window: true });
    // Somebody at a command line wants it, too.
    await begin(claimed.id);
    for (const { id } of [mine, kept, claimed]) await untilProject(client, id, ({ status }) => status === 'ready');
    await client.call('settings.patch', { body: { devServerGraceSeconds: 0 } });
    await yard.kill();
    open.abort();
    await revive();
    await untilProject(client, mine.id, ({ status }) => status === 'stopped' || status === 'idle');
    for (const { id } of [kept, claimed]) await untilProject(client, id, ({ status }) => status === 'ready');
    (await window()).abort();
    expect((await get(kept.id)).status).toBe('ready');
  });
});
