import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import { ensureDaemon } from '../../../src/api/client/launch.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;

beforeEach(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
});

afterEach(() => yard[Symbol.asyncDispose]());

async function running(
  name: string,
  script: Record<string, unknown> = {},
): Promise<CodeServer & { pid: number; runId: string }> {
  const { id } = await yard.create(client, name, script);
  const server = await client.call('codeServers.start', { params: { id }, body: { wait: true } });
  if (server.state.status !== 'running') throw new Error(server.state.status);
  return { ...server, pid: server.state.run.pid, runId: server.state.run.runId };
}

async function restartDaemon(...args: string[]): Promise<void> {
  await yard.kill();
  await yard.start(...args);
  client = await yard.client();
}

const get = (id: string) => client.call('codeServers.get', { params: { id } });

describe('after kill -9 of the daemon', () => {
  it('the next one adopts what runs: same process, same port, same run, its log without a gap', async () => {
    const server = await running('kept', { spam: { perSecond: 500 } });
    await restartDaemon();
    expect((await get(server.id)).state).toEqual({
      status: 'running',
      run: expect.objectContaining({ pid: server.pid, runId: server.runId, adopted: true }) as unknown,
    });
    const { token } = JSON.parse(await readFile(join(yard.dataDir, 'daemon.json'), 'utf8')) as { token: string };
    const answer = await fetch(`${server.url}healthz`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect((await fetch(`${server.url}healthz`)).status).toBe(401);
    const numbers: number[] = [];
    const abort = new AbortController();
    const enough =
      (await client.call('codeServers.logs', { params: { id: server.id }, query: { lines: 1 } })).lastSeq + 300;
    for await (const batch of client.logs(server.id, 0, abort.signal)) {
      for (const entry of batch) {
        const match = entry.kind === 'line' ? /^spam (\d+)/.exec(entry.text) : null;
        if (match !== null) numbers.push(Number(match[1]));
        if (entry.seq > enough) abort.abort();
      }
    }
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect((await client.call('codeServers.stop', { params: { id: server.id } })).state.status).toBe('stopped');
    expect(await yard.processes()).toEqual([]);
  });

  it('what ended meanwhile is called stopped', async () => {
    const server = await running('gone');
    await yard.kill();
    process.kill(server.pid, 'SIGKILL');
    await restartDaemon();
    expect((await get(server.id)).state).toEqual({ status: 'stopped' });
    expect(await readdir(join(yard.dataDir, 'runs'))).toEqual([]);
  });

  it('a start that was under way goes on', async () => {
    const { id } = await yard.create(client, 'slow', { bootDelayMs: 2000 });
    await client.call('codeServers.start', { params: { id }, body: {} });
    await restartDaemon();
    const started = await yard.until(client, id, ({ state }) => state.status === 'running');
    expect(started.state).toMatchObject({ run: { adopted: true } });
  });

  it('a stop that was under way goes on', async () => {
    await client.call('settings.patch', { body: { stopGraceSeconds: 2 } });
    const server = await running('stubborn', { ignoreTerm: true });
    const stop = client.call('codeServers.stop', { params: { id: server.id } }).catch(() => undefined);
    await yard.until(client, server.id, ({ state }) => state.status === 'stopping');
    await restartDaemon();
    await stop;
    await yard.until(client, server.id, ({ state }) => state.status === 'stopped');
    expect(await yard.processes()).toEqual([]);
  });

  it('a process whose run file was never finished is found by its environment', async () => {
    const server = await running('unwritten');
    await yard.kill();
    const [file = ''] = await readdir(join(yard.dataDir, 'runs'));
    const record = JSON.parse(await readFile(join(yard.dataDir, 'runs', file), 'utf8')) as Record<string, unknown>;
    delete record['pid'];
    delete record['startTime'];
    await writeFile(join(yard.dataDir, 'runs', file), JSON.stringify(record));
    await restartDaemon();
    expect((await get(server.id)).state).toMatchObject({ status: 'running', run: { pid: server.pid } });
  });

  it('a forged pid leads to nobody: the server is stopped and the stranger untouched', async () => {
    const stranger = spawn('sleep', ['60']);
    try {
      const server = await running('forged');
      await yard.kill();
      process.kill(server.pid, 'SIGKILL');
      const [file = ''] = await readdir(join(yard.dataDir, 'runs'));
      const path = join(yard.dataDir, 'runs', file);
      const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
      await writeFile(path, JSON.stringify({ ...record, pid: stranger.pid }));
      await restartDaemon();
      expect((await get(server.id)).state).toEqual({ status: 'stopped' });
      await client.call('codeServers.delete', { params: { id: server.id }, query: {} });
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      const exit = once(stranger, 'exit');
      stranger.kill('SIGKILL');
      await exit;
    }
  });

  it('a stranger on a stopped server’s port is named and left alone', async () => {
    const server = await running('squatted');
    await client.call('codeServers.stop', { params: { id: server.id } });
    const code = `require('net').createServer().listen(${String(server.port)}, '127.0.0.1', () => console.log('up'))`;
    const squatter = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(squatter.stdout, 'data');
      await expect(client.call('codeServers.start', { params: { id: server.id }, body: {} })).rejects.toMatchObject({
        code: 'port-taken',
        status: 409,
        message: expect.stringContaining(String(squatter.pid)) as string,
      });
      expect((await get(server.id)).state).toEqual({ status: 'stopped' });
      expect(squatter.exitCode).toBeNull();
    } finally {
      const exit = once(squatter, 'exit');
      squatter.kill('SIGKILL');
      await exit;
    }
    expect(
      (await client.call('codeServers.start', { params: { id: server.id }, body: { wait: true } })).state.status,
    ).toBe('running');
  });
});

describe('a damaged database', () => {
  it('is put aside and reported; servers come back from their own folders, with what runs', async () => {
    const server = await running('precious');
    const { id: stopped } = await yard.create(client, 'idle');
    await yard.kill();
    const damaged = randomBytes(20_000);
    await writeFile(join(yard.dataDir, 'devyard.db'), damaged);
    // The write-ahead log alone would be enough to restore it.
    await Promise.all(['-wal', '-shm'].map((suffix) => rm(join(yard.dataDir, `devyard.db${suffix}`), { force: true })));
    await yard.start();
    client = await yard.client();
    expect((await get(server.id)).state).toMatchObject({ status: 'running', run: { pid: server.pid } });
    expect((await get(stopped)).state.status).toBe('stopped');
    const { problems } = await client.call('daemon.get', {});
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'store-corrupt',
        hint: expect.stringContaining('devyard.db.corrupt-') as string,
      }),
    ]);
    const aside = (await readdir(yard.dataDir)).find(
      (name) => name.includes('.corrupt-') && !name.endsWith('wal') && !name.endsWith('shm'),
    );
    expect(await readFile(join(yard.dataDir, aside ?? ''))).toEqual(damaged);
  });

  it('of a newer Devyard is refused, with what to do', async () => {
    await yard.end();
    const database = new DatabaseSync(join(yard.dataDir, 'devyard.db'));
    const version = String(database.prepare('PRAGMA user_version').get()?.['user_version']);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(await yard.start()).toMatchObject({ ready: false, error: { code: 'store-newer' } });
    const mended = new DatabaseSync(join(yard.dataDir, 'devyard.db'));
    mended.exec(`PRAGMA user_version = ${version}`);
    mended.close();
  });
});

describe('one daemon', () => {
  it('owns a data directory: the second says so and ends', async () => {
    expect(await yard.start()).toMatchObject({ ready: false, error: { code: 'conflict' } });
    expect((await client.call('daemon.get', {})).pid).toBe(yard.child?.pid);
  });

  it('removes its discovery file when it ends in good order, and leaves what runs alone', async () => {
    const server = await running('left');
    await yard.end();
    expect(existsSync(join(yard.dataDir, 'daemon.json'))).toBe(false);
    process.kill(server.pid, 0);
  });

  it('is started once by many windows at the same time, and makes room for a strictly newer build only', async () => {
    await yard.end();
    const options = {
      dataDir: yard.dataDir,
      bundleDir: resolve(process.env['DEVYARD_TEST_BUNDLE'] ?? 'dist'),
      execPath: process.execPath,
      env: yard.env,
    };
    const build = await bundledBuild();
    const connections = await Promise.all([1, 2, 3, 4].map(() => ensureDaemon({ ...options, build })));
    const pids = new Set(connections.map(({ info }) => info.pid));
    expect(pids.size).toBe(1);
    client = await yard.client();
    const server = await running('handed over');
    const older = await ensureDaemon({ ...options, build: { ...build, build: build.build - 1 } });
    expect(older.info.pid).toBe([...pids][0]);
    const newer = await ensureDaemon({ ...options, build: { ...build, build: build.build + 1 } });
    expect(newer.info.pid).not.toBe([...pids][0]);
    expect((await newer.client.call('codeServers.get', { params: { id: server.id } })).state).toMatchObject({
      status: 'running',
      run: { pid: server.pid, adopted: true },
    });
    for (const connection of [...connections, older, newer]) connection.client.close();
    await (await yard.client()).call('daemon.stop', { body: { endRunning: true } });
    await yard.daemonGone();
  });
});

async function bundledBuild(): Promise<{ version: string; build: number }> {
  const yard = await Yard.open();
  await yard.start();
  const { version, build } = await (await yard.client()).call('daemon.get', {});
  await yard[Symbol.asyncDispose]();
  return { version, build };
}
