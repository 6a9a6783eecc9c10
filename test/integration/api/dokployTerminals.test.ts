import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openWorkspaceTerminal, type WorkspaceTerminal } from '../../../src/api/client/terminalSocket.ts';
import type { Address } from '../../../src/api/client/transport.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { bearer, startApi, type ApiWorld } from './apiWorld.ts';
import type { FakeShell } from './fakeDokploy.ts';
import { token } from './fakes.ts';
import { ask } from './http.ts';
import { standsStill } from './standsStill.ts';

const path = '/api/dokploy/workspaces/api/terminal';
const size = { columns: 120, rows: 40 };
const megabyte = 1024 * 1024;
let world: ApiWorld;
const stop = { now: new AbortController() };
beforeEach(async () => {
  stop.now = new AbortController();
  world = await startApi();
});
afterEach(async () => {
  stop.now.abort();
  await world.close();
});
const socket = (): Address => ({ socket: world.socket.socketPath, token });
const openTerminal = (address = socket()): Promise<WorkspaceTerminal> =>
  openWorkspaceTerminal(address, 'api', size, stop.now.signal);
const shell = (): FakeShell => world.dokploy.shells.at(-1) ?? expect.fail('no shell was opened');
const dial = (query = '', headers: Record<string, string> = bearer): WebSocket => {
  const ws = new WebSocket(`ws://127.0.0.1:${world.tcp.port}${path}${query}`, { headers });
  ws.on('error', () => undefined);
  return ws;
};
const closeOf = async (ws: WebSocket): Promise<[code: number, reason: string]> => {
  const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
  return [code, reason.toString()];
};

describe('a terminal over the client', () => {
  it.each(['socket', 'tcp'])('carries bytes both ways, its size and its end, on %s', async (way) => {
    const terminal = await openTerminal(
      way === 'tcp' ? { url: `http://127.0.0.1:${world.tcp.port}`, token } : socket(),
    );
    expect(world.dokploy.calls.at(-1)).toEqual(['shell', 'api', size]);
    terminal.input.write(Buffer.from([0, 255, 13]));
    expect(await once(shell().input, 'data')).toEqual([Buffer.from([0, 255, 13])]);
    terminal.resize({ columns: 80, rows: 25 });
    await expect.poll(() => shell().sizes).toEqual([[80, 25]]);
    shell().output.write('$ ');
    expect(await once(terminal.output, 'data')).toEqual([Buffer.from('$ ')]);
    shell().finish({ code: 7, signal: null });
    expect(await terminal.exit).toEqual({ code: 7, signal: null });
  });

  it('loses nothing that a shell said at once, and last', async () => {
    const opening = openTerminal();
    await expect.poll(() => world.dokploy.shells.length).toBe(1);
    shell().output.write('Welcome');
    shell().finish({ code: 0, signal: null });
    const { output, exit } = await opening;
    expect(await text(output)).toBe('Welcome');
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('carries much, and makes the one wait for the other', async () => {
    const { input, output, exit } = await openTerminal();
    const block = randomBytes(megabyte);
    const pasted = pipeline(Readable.from([block, block, block]), input);
    let said = 0;
    const source = Readable.from(
      (function* blocks() {
        for (; said < 200; said++) yield block;
      })(),
    );
    source.pipe(shell().output);
    // Nobody reads at either end: both come to a standstill.
    await standsStill(() => said);
    expect(said).toBeLessThan(100);
    expect(shell().input.readableLength).toBeLessThan(2 * megabyte);
    const typed = Buffer.alloc(3 * megabyte);
    let at = 0;
    shell().input.pipe(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          at += chunk.copy(typed, at);
          done();
        },
      }),
    );
    await pasted;
    await expect.poll(() => at).toBe(typed.length);
    expect(typed.equals(Buffer.concat([block, block, block]))).toBe(true);
    source.on('end', () => shell().finish({ code: 0, signal: null }));
    expect((await buffer(output)).length).toBe(200 * megabyte);
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('ends the shell with itself', async () => {
    const first = await openTerminal();
    first.end();
    await expect.poll(() => shell().ended).toBe(true);
    await openTerminal();
    expect(shell().ended).toBe(false);
    stop.now.abort();
    await expect.poll(() => shell().ended).toBe(true);
  });

  it('fails before it begins with an ordinary error', async () => {
    await expect(openWorkspaceTerminal(socket(), 'other', size)).rejects.toMatchObject({
      code: 'not-found',
      status: 404,
    });
    await expect(openWorkspaceTerminal({ ...socket(), token: 'x' }, 'api', size)).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
    });
    world.dokploy.fail = new DevyardError('unavailable', 'No SSH.', { hint: 'Start it.' });
    await expect(openTerminal()).rejects.toMatchObject({ status: 503, message: 'No SSH.', hint: 'Start it.' });
    await expect(openTerminal({ socket: `${world.socket.socketPath}-none`, token })).rejects.toMatchObject({
      code: 'unavailable',
      status: 0,
    });
    stop.now.abort();
    await expect(openTerminal()).rejects.toMatchObject({ code: 'cancelled' });
    expect(world.dokploy.shells).toEqual([]);
  });

  it('tells what broke it', async () => {
    const { exit } = await openTerminal();
    shell().finish(new DevyardError('unavailable', 'The SSH connection broke.', { hint: 'Open another one.' }));
    await expect(exit).rejects.toMatchObject({ message: 'The SSH connection broke.', hint: 'Open another one.' });
    const { exit: next } = await openTerminal();
    await Promise.all([
      expect(next).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringMatching(/daemon ends/),
      }),
      world.api.close(),
    ]);
    await expect.poll(() => shell().ended).toBe(true);
  });
});

describe('a terminal as a WebSocket', () => {
  it('says in text how it ended, then why it closes', async () => {
    for (const [finish, last, close] of [
      [{ code: 3, signal: null }, { exit: { code: 3, signal: null } }, [1000, 'The shell ended.']],
      [
        new DevyardError('unavailable', `Broken: ${'ä'.repeat(100)}`),
        { error: { code: 'unavailable', message: `Broken: ${'ä'.repeat(100)}` } },
        [1011, `Broken: ${'ä'.repeat(57)}`],
      ],
    ] as const) {
      const ws = dial();
      const closing = closeOf(ws);
      await once(ws, 'open');
      shell().finish(finish);
      const [data, isBinary] = (await once(ws, 'message')) as [Buffer, boolean];
      expect([JSON.parse(data.toString()), isBinary]).toEqual([last, false]);
      expect(await closing).toEqual(close);
    }
    expect(world.problems).toEqual([]);
  });

  it.each(['{"columns":0,"rows":1}', '{"columns":80}', '{"columns":80,"rows":24,"x":1}', 'null', 'ls\n'])(
    'is closed by a text that is no size: %s',
    async (message) => {
      const ws = dial();
      const closing = closeOf(ws);
      await once(ws, 'open');
      ws.send(message);
      expect(await closing).toEqual([1008, expect.stringContaining('size')]);
      await expect.poll(() => shell().ended).toBe(true);
      expect(shell().sizes).toEqual([]);
    },
  );

  it('is refused as any other request is', async () => {
    for (const [query, headers, status] of [
      ['', {}, 401],
      ['?columns=0', bearer, 422],
      ['', { ...bearer, Origin: 'https://evil.test' }, 403],
    ] as const) {
      const [, answer] = (await once(dial(query, headers), 'unexpected-response')) as [unknown, { statusCode: number }];
      expect(answer.statusCode).toBe(status);
    }
    expect((await ask(world.socket, 'GET', path, bearer)).status).toBe(426);
    expect(world.dokploy.shells).toEqual([]);
  });

  it('leaves no shell when the handshake fails', async () => {
    const answer = await ask(world.tcp, 'GET', path, {
      ...bearer,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'short',
    });
    expect(answer.status).toBe(400);
    await expect.poll(() => shell().ended).toBe(true);
  });

  it('is asked whether it is still there, and ends its shell when it is not', async () => {
    const ws = dial();
    await once(ws, 'open');
    world.clock.pass(30_000);
    await once(ws, 'ping');
    await expect.poll(() => ws.readyState).toBe(ws.OPEN);
    // The first pong has come when another message is answered after it.
    ws.send('{"columns":1,"rows":1}');
    await expect.poll(() => shell().sizes.length).toBe(1);
    world.clock.pass(30_000);
    await once(ws, 'ping');
    expect(shell().ended).toBe(false);
    ws.pause();
    world.clock.pass(60_000);
    await expect.poll(() => shell().ended).toBe(true);
  });
});
