import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverWorld } from './serverWorld.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devyard-managed-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a server that asks for a password itself', () => {
  /** A port that nobody has. */
  async function freePort(): Promise<number> {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    listener.close();
    await once(listener, 'close');
    return port;
  }

  async function withPassword() {
    const port = await freePort();
    const made = serverWorld(folder, { port });
    made.settings.codeServerAccess = 'password';
    return { ...made, port };
  }

  it('serves its port itself: no gate, asked for its health there, its password neither in argv nor in notes', async () => {
    const { clock, events, gates, kept, notes, port, probed, problems, server, specs } = await withPassword();
    await server.start();
    await clock.advance(100);
    expect(server.record.state).toMatchObject({ status: 'running', run: { access: 'password' } });
    const password = await server.password();
    expect(password).toMatch(/^[\w-]{32}$/);
    expect([...kept.values()]).toEqual([password]);
    expect(specs[0]?.args.slice(0, 2)).toEqual(['--bind-addr', `127.0.0.1:${String(port)}`]);
    expect(specs[0]?.args).not.toContain('--socket');
    expect(specs[0]?.env['PASSWORD']).toBe(password);
    expect(JSON.stringify([specs[0]?.args, notes, events, server.record.snapshot])).not.toContain(password);
    expect(gates()).toBe(0);
    expect(() => server.gate.require()).not.toThrow();
    expect(new Set(probed.map((target) => JSON.stringify(target)))).toEqual(new Set([`{"port":${String(port)}}`]));
    expect(problems).toEqual([]);
    await server.change((definition) => ({ ...definition, name: 'renamed' }));
    expect(gates()).toBe(0);
    await server.stop();
    expect(server.record.state.status).toBe('stopped');
  });

  it('keeps its password over restarts, and stays as it was started when the setting changes', async () => {
    const { clock, gates, server, settings, specs } = await withPassword();
    await server.start();
    await clock.advance(100);
    const password = await server.password();
    settings.codeServerAccess = 'devyard';
    expect(await server.password()).toBe(password);
    await server.restart();
    await clock.advance(100);
    expect(server.record.state).toMatchObject({ status: 'running', run: { access: 'devyard' } });
    expect([await server.password(), gates(), specs[1]?.env['PASSWORD']]).toEqual([undefined, 1, undefined]);
    settings.codeServerAccess = 'password';
    await server.restart();
    await clock.advance(100);
    expect([await server.password(), gates()]).toEqual([password, 0]);
    await server.stop();
  });

  it.each(['running', 'starting'] as const)(
    'is known as such to the daemon that adopts it while %s',
    async (status) => {
      const { gates, kept, next, port, probed, record, server, settings, spawned } = await withPassword();
      await server.start();
      const [process] = spawned;
      if (process === undefined) throw new Error('nothing was spawned');
      await server.letGo();
      settings.codeServerAccess = 'devyard';
      probed.length = 0;
      const run = { runId: process.runId, pid: 1, startedAt: 5, adopted: false, access: 'devyard' } as const;
      const adopted = next(status === 'running' ? { status, run } : { status, since: 5, step: '' });
      await adopted.resume(process, record());
      await expect.poll(() => adopted.record.state).toMatchObject({ status: 'running', run: { access: 'password' } });
      expect(await adopted.password()).toBe([...kept.values()][0]);
      expect([gates(), probed[0]]).toEqual([0, { port }]);
      await adopted.stop();
    },
  );

  it('is not opened before it answers', async () => {
    const port = await freePort();
    const { server, settings } = serverWorld(folder, { healthy: () => false, port });
    settings.codeServerAccess = 'password';
    await server.start();
    await expect(server.password()).rejects.toMatchObject({
      code: 'wrong-state',
      message: expect.stringContaining('starting') as string,
    });
    await server.stop();
    expect(await server.password()).toBeUndefined();
  });

  it.each([
    { args: ['--log', 'trace'] },
    { args: ['--log=trace'] },
    { args: ['--verbose'] },
    { args: ['-vvv'] },
    { args: ['--vscode-option', 'log=trace'] },
    { env: { LOG_LEVEL: 'trace' } },
    { env: { VSCODE_OPTIONS: 'x log=trace' } },
  ])('does not start where its log would hold the password: %j', async (change) => {
    const { server, settings, spawned } = await withPassword();
    await server.change((definition) => ({ ...definition, ...change }));
    await expect(server.start()).rejects.toMatchObject({
      code: 'invalid',
      field: expect.stringMatching(/^(args\.\d|env\.[A-Z_]+)$/) as string,
    });
    expect([server.record.state.status, spawned.length]).toEqual(['stopped', 0]);
    settings.codeServerAccess = 'devyard';
    await server.start();
    await server.stop();
  });

  it('does not start beside a stranger on its port', async () => {
    const { kept, port, server, spawned } = await withPassword();
    const stranger = createServer().listen(port, '127.0.0.1');
    await once(stranger, 'listening');
    await expect(server.start()).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(port)) as string,
    });
    expect([server.record.state.status, spawned.length, kept.size]).toEqual(['stopped', 0, 0]);
    stranger.close();
    await once(stranger, 'close');
    await server.start();
    await server.stop();
  });

  it('is stopped when nobody was connected for as long as it may be idle', async () => {
    const { clock, server } = await withPassword();
    await server.change((definition) => ({ ...definition, stopWhenIdleMinutes: 2 }));
    await server.start();
    await clock.advance(60_000);
    expect(server.record.state.status).toBe('running');
    await clock.advance(90_000);
    await expect.poll(() => server.record.state.status).toBe('stopped');
  });

  it('gets a new password, and that is said, when the kept one cannot be read', async () => {
    const { clock, problems, secrets, server } = await withPassword();
    await server.start();
    await clock.advance(100);
    const before = await server.password();
    secrets.unreadable = true;
    await expect(server.password()).rejects.toMatchObject({
      code: 'store-corrupt',
      hint: expect.stringContaining('Restart') as string,
    });
    await server.restart();
    await clock.advance(100);
    expect(await server.password()).not.toBe(before);
    expect(problems).toMatchObject([{ code: 'store-corrupt' }]);
    await server.stop();
  });
});
