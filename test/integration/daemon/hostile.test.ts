import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;

beforeEach(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
});

afterEach(() => yard[Symbol.asyncDispose]());

const start = (id: string) => client.call('codeServers.start', { params: { id }, body: { wait: true } });
const get = (id: string) => client.call('codeServers.get', { params: { id } });
const remove = (id: string) => client.call('codeServers.delete', { params: { id }, query: {} });
const names = async (): Promise<string[]> => (await client.call('codeServers.list', {})).map(({ name }) => name);

async function again(): Promise<void> {
  await yard.kill();
  expect(await yard.start()).toMatchObject({ ready: true });
  client = await yard.client();
}

describe('a deletion', () => {
  it('of what may not be erased succeeds, says what is left, and never keeps a daemon from starting', async ({
    skip,
  }) => {
    const { id, folder } = await client.call('codeServers.create', { body: { name: 'mounted' } });
    const point = join(folder, 'mount');
    await mkdir(point);
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', point], { stdio: 'pipe' });
    } catch {
      skip('something that cannot be erased can only be mounted by root');
    }
    try {
      expect((await remove(id)).kept).toEqual([folder]);
      expect(await names()).toEqual([]);
      await again();
      expect(await names()).toEqual([]);
      expect((await client.call('daemon.get', {})).problems).toEqual([
        expect.objectContaining({ code: 'unavailable' }),
      ]);
    } finally {
      execFileSync('umount', ['-R', join(yard.dataDir, 'workspaces', `.deleted-${id}`, 'mounted', 'mount')]);
    }
  });

  it('is the end: what comes after it is refused, and it happens once', async () => {
    await client.call('settings.patch', { body: { stopGraceSeconds: 5 } });
    const { id } = await yard.create(client, 'doomed', { termDelayMs: 800 });
    await start(id);
    const outcomes = await Promise.allSettled([
      remove(id),
      remove(id),
      client.call('codeServers.patch', { params: { id }, body: { name: 'ghost' } }),
      client.call('codeServers.start', { params: { id }, body: {} }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'not-found', status: 404 } });
    await again();
    expect(await names()).toEqual([]);
  });
});

describe('a start that is waited for', () => {
  it('is no success when somebody stops the server meanwhile', async () => {
    const { id } = await yard.create(client, 'slow', { bootDelayMs: 60_000 });
    const waiting = start(id).catch((error: unknown) => error);
    await yard.until(client, id, ({ state }) => state.status === 'starting');
    await client.call('codeServers.stop', { params: { id } });
    expect(await waiting).toMatchObject({ code: 'conflict', status: 409 });
  });
});

describe('a server', () => {
  it('has the umask that the daemon was started with', async () => {
    const { id } = await yard.create(client, 'masked');
    const { state } = await start(id);
    if (state.status !== 'running') throw new Error(state.status);
    const umask = (pid: number): Promise<string | undefined> =>
      readFile(`/proc/${String(pid)}/status`, 'utf8').then((text) => /^Umask:\s+(\d+)/m.exec(text)?.[1]);
    expect(await umask(state.run.pid)).toBe(await umask(process.pid));
  });

  it('is reached by a daemon that was started from elsewhere, with another runtime folder', async () => {
    const { id, url } = await yard.create(client, 'reached');
    await start(id);
    const elsewhere = join(yard.path, 'elsewhere');
    await mkdir(elsewhere, { mode: 0o700 });
    yard.env['XDG_RUNTIME_DIR'] = elsewhere;
    await again();
    const token = (await readFile(join(yard.dataDir, 'token'), 'utf8')).trim();
    const answer = await fetch(`${url}healthz`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });

  it('whose port a stranger took while no daemon ran says so when it is opened', async () => {
    const { id, port } = await yard.create(client, 'robbed');
    await start(id);
    await yard.kill();
    const code = `require('net').createServer().listen(${String(port)}, '127.0.0.1', () => console.log('up'))`;
    const thief = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(thief.stdout, 'data');
      await again();
      expect((await get(id)).state.status).toBe('running');
      await expect(client.call('codeServers.open', { params: { id }, body: {} })).rejects.toMatchObject({
        code: 'port-taken',
        message: expect.stringContaining(String(thief.pid)) as string,
      });
    } finally {
      const exit = once(thief, 'exit');
      thief.kill('SIGKILL');
      await exit;
    }
  });
});

describe('what is stored', () => {
  it('and damaged in one place takes nothing else along', async () => {
    const { id: torn } = await yard.create(client, 'torn');
    const { id: old } = await yard.create(client, 'old');
    await yard.create(client, 'whole');
    await yard.end();
    const database = new DatabaseSync(join(yard.dataDir, 'devyard.db'));
    database.prepare("UPDATE code_servers SET definition = '{torn' WHERE id = ?").run(torn);
    database.prepare("UPDATE code_servers SET definition = '{torn' WHERE id = ?").run(old);
    database.prepare("UPDATE events SET data = '{torn' WHERE id = 2").run();
    database.close();
    const file = join(yard.dataDir, 'code-servers', old, 'server.json');
    const { args, env, memoryLimitMb, createdAt, ...rest } = JSON.parse(await readFile(file, 'utf8')) as Record<
      string,
      unknown
    >;
    expect([args, env, memoryLimitMb, createdAt].every((value) => value !== undefined)).toBe(true);
    await writeFile(file, JSON.stringify(rest));
    await again();
    expect((await names()).toSorted()).toEqual(['old', 'torn', 'whole']);
    expect((await start(old)).state.status).toBe('running');
    expect((await client.call('daemon.get', {})).problems.map(({ code }) => code)).toEqual([
      'store-corrupt',
      'store-corrupt',
    ]);
  });

  it('is safe from a second daemon even where the lock is gone', async () => {
    await rm(join(yard.dataDir, 'daemon.lock'));
    expect(await yard.start()).toMatchObject({ ready: false, error: { code: 'conflict' } });
    const { id } = await yard.create(client, 'still fine');
    expect((await start(id)).state.status).toBe('running');
  });
});
