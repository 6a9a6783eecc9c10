import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { connect as connectTo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../src/managers/shared/lock.ts';
import { Yard } from './yard.ts';

const cli = resolve(process.env['DEVYARD_TEST_BUNDLE'] ?? 'dist', 'cli.js');

let yard: Yard;

beforeEach(async () => {
  yard = await Yard.open();
});

afterEach(() => yard[Symbol.asyncDispose]());

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function devyard(...args: string[]): Promise<Outcome> {
  try {
    const env = { ...yard.env, DEVYARD_DATA_DIR: yard.dataDir };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...args], { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Outcome;
  }
}

const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await devyard(...args, '--json')).stdout) as T;

describe('devyard', () => {
  it('does the whole round, starting a daemon by itself', async () => {
    const folder = await yard.folder('project');
    expect(await devyard('status')).toMatchObject({
      code: 5,
      stdout: expect.stringContaining('No Devyard daemon runs') as string,
    });
    const created = await json<{ id: string; state: { status: string } }>(
      'code-server',
      'create',
      'api',
      '--folder',
      folder,
    );
    expect(created.state.status).toBe('stopped');
    const started = await json<{ state: { status: string } }>('code-server', 'start', 'api', '--wait');
    expect(started.state.status).toBe('running');
    const status = await json<{ running: boolean; codeServers: { name: string }[] }>('status');
    expect(status).toMatchObject({ running: true, codeServers: [{ name: 'api' }] });
    expect((await devyard('code-server', 'logs', 'api', '--lines', '20')).stdout).toContain('Running.');
    expect((await devyard('code-server', 'open', created.id)).stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?folder=/);
    expect((await json<{ state: { status: string } }>('code-server', 'restart', 'api', '--wait')).state.status).toBe(
      'running',
    );
    expect((await json<{ state: { status: string } }>('code-server', 'stop', created.id)).state.status).toBe('stopped');
    expect(await devyard('code-server', 'stop', 'api')).toMatchObject({ code: 4 });
    expect(await json<{ kept: string[] }>('code-server', 'delete', 'api')).toMatchObject({ kept: [folder] });
    expect(await json('code-server', 'list')).toEqual([]);
    expect((await devyard('logs', '--lines', '1')).stdout).toMatch(/^\S+ \[info\] Serves on \S+\n$/);
    expect(await devyard('stop', '--end-running')).toMatchObject({ code: 0 });
  });

  it.each([
    [['frobnicate'], 2],
    [['code-server', 'frobnicate'], 2],
    [['code-server', 'constructor'], 2],
    [['code-server', 'create'], 2],
    [['status', '--bogus'], 2],
    [['serve', '--listen', 'no host'], 2],
    [['serve', '--listen', '8080'], 2],
    [['code-server', 'start', 'x', '--folder', '.'], 2],
    [['code-server', 'logs', 'x', '--lines', '-1'], 2],
    [['code-server', 'start', 'nobody'], 3],
    [['code-server', 'create', 'a/b'], 2],
    [['code-server', 'create', 'my', 'server'], 2],
    [['code-server', 'list', 'x'], 2],
    [['status', 'x'], 2],
  ])('%j ends with exit code %i and says why', async (args, code) => {
    expect(await devyard(...args)).toMatchObject({ code, stderr: expect.stringMatching(/^devyard: \S/) as string });
  });

  it('does not end the daemon when a code-server was meant', async () => {
    await yard.start();
    expect(await devyard('stop', 'my-server')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('devyard code-server stop my-server') as string,
    });
    expect(await devyard('status')).toMatchObject({ code: 0 });
  });

  it('ends quietly when nobody reads what it prints', async () => {
    const child = spawn(process.execPath, [cli, 'help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(stderr).toBe('');
  });

  it('says of a daemon that hangs which process it is', async () => {
    const { pid } = await yard.start();
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await devyard('code-server', 'list')).toMatchObject({
        code: 5,
        stderr: expect.stringMatching(new RegExp(`pid ${String(pid)}\\) does not answer`)) as string,
      });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('has made room for the next daemon when “stop” returns, though a request was in flight', async () => {
    const { socket } = await yard.start();
    const token = (await readFile(join(yard.dataDir, 'token'), 'utf8')).trim();
    const unfinished = connectTo(socket);
    unfinished.on('error', () => undefined);
    const head = ['POST /api/code-servers HTTP/1.1', 'Host: x', `Authorization: Bearer ${token}`];
    unfinished.write([...head, 'Content-Type: application/json', 'Content-Length: 9', '', '{'].join('\r\n'));
    await once(unfinished, 'connect');
    expect(await devyard('stop')).toMatchObject({ code: 0 });
    takeLock(join(yard.dataDir, 'daemon.lock')).release();
    unfinished.destroy();
  });

  it('is put on a path of its own, and runs from there', async () => {
    await yard.start();
    const { binDir } = await (await yard.client()).call('daemon.get', {});
    const { stdout } = await promisify(execFile)(join(binDir, 'devyard'), ['--version'], { env: yard.env });
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await stat(join(binDir, 'devyard'))).mode & 0o777).toBe(0o755);
  });
});

describe('devyard serve', () => {
  it('listens where it is told to, for who has the token of the file it is told', async () => {
    const tokenFile = join(yard.path, 'token-file');
    const ready = await yard.start('--listen', '127.0.0.1:0', '--token-file', tokenFile);
    expect(ready).toEqual({
      ready: true,
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+/) as string,
      socket: expect.any(String) as string,
      pid: yard.child?.pid,
    });
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    const token = (await readFile(tokenFile, 'utf8')).trim();
    const at = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${ready.url ?? ''}${path}`.replace(/([^:])\/\//, '$1/'), { headers });
    expect((await at('/healthz')).status).toBe(200);
    expect((await at('/servers')).status).toBe(401);
    expect((await at('/servers', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect(await (await at('/servers', { authorization: `Bearer ${token}` })).json()).toEqual([]);
    expect(await (await at('/health', { authorization: `Bearer ${token}` })).json()).toMatchObject({
      status: 'healthy',
    });
  });

  it('refuses a token file that others can read, and one without a token', async () => {
    const loose = join(yard.path, 'loose');
    await writeFile(loose, 'a-token-that-is-long-enough\n', { mode: 0o644 });
    expect(await yard.start('--token-file', loose)).toMatchObject({
      ready: false,
      error: { code: 'invalid', hint: expect.stringContaining('chmod 600') as string },
    });
    const empty = join(yard.path, 'empty');
    await writeFile(empty, '', { mode: 0o600 });
    expect(await yard.start('--token-file', empty)).toMatchObject({ ready: false, error: { code: 'invalid' } });
  });

  it('says when its port is taken, and by whom', async () => {
    const other = await Yard.open();
    try {
      const { url } = await other.start('--listen', '127.0.0.1:0');
      const port = new URL(url ?? '').port;
      expect(await yard.start('--listen', `127.0.0.1:${port}`)).toMatchObject({
        ready: false,
        error: { code: 'port-taken', message: expect.stringContaining(String(other.child?.pid)) as string },
      });
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });

  it('puts unreadable settings aside and goes on with the defaults', async () => {
    await writeFile(join(yard.dataDir, 'settings.json'), '{"portRange":');
    await yard.start();
    const client = await yard.client();
    expect(await client.call('settings.get', {})).toMatchObject({ portRange: { start: 8010, end: 8100 } });
    expect((await client.call('daemon.get', {})).problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining('settings.json.corrupt-') as string }),
    ]);
  });
});
