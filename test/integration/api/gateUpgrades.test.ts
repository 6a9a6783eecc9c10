import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { token } from './fakes.ts';
import { acceptKey, createGateWorld, type GateWorld } from './gateWorld.ts';
import { closed, raw, readUntil } from './http.ts';

let world: GateWorld;
beforeEach(async () => {
  world = await createGateWorld();
});
afterEach(() => world.close());

describe('upgrades', () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const ask101 = (headers: string, path = '/ws'): string =>
    `GET ${path} HTTP/1.1\r\nHost: ${world.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, b\r\n${headers}\r\n`;
  const auth = `Authorization: Bearer ${token}\r\n`;

  beforeEach(() => {
    world.upgrade = (incoming, socket, head) => {
      socket.on('error', () => undefined);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(incoming.headers['sec-websocket-key'] ?? '')}\r\nSec-WebSocket-Protocol: b\r\n\r\nhello`,
      );
      socket.write(head);
      socket.pipe(socket);
    };
  });

  it('echo through the gate, with what was sent right behind the head', async () => {
    const socket = connect(world.port, '127.0.0.1');
    socket.write(`${ask101(auth, '/ws%2Fx')}early`);
    const head = await readUntil(socket, (text) => text.includes('helloearly'));
    expect(head).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n/);
    expect(head).toContain(`Sec-WebSocket-Accept: ${acceptKey(key)}\r\nSec-WebSocket-Protocol: b\r\n`);
    const frames = randomBytes(1_000_000).toString('hex');
    const echoed = readUntil(socket, (text) => text.length >= frames.length);
    socket.write(frames);
    expect(await echoed).toBe(frames);
    // Half-closed: the echo of the last words still comes.
    const last = readUntil(socket, (text) => text === 'bye');
    socket.end('bye');
    expect(await last).toBe('bye');
    await closed(socket);
  });

  it('lets the server finish first and still hears the client', async () => {
    const heard = new Promise<string>((resolve) => {
      world.upgrade = (_, socket) => {
        socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\ndone');
        void readUntil(socket, (text) => text === 'noted').then(resolve);
      };
    });
    const socket = connect({ port: world.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(ask101(auth));
    socket.resume();
    await new Promise((resolve) => socket.once('end', resolve));
    socket.end('noted');
    expect(await heard).toBe('noted');
  });

  it('carries frames and the close code, then the end', async () => {
    world.upgrade = (incoming, socket) => {
      socket.on('error', () => undefined);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(incoming.headers['sec-websocket-key'] ?? '')}\r\nSec-WebSocket-Protocol: b\r\n\r\n`,
      );
      // A text frame "hi", then a close frame with 4001.
      socket.end(Buffer.from([0x81, 2, 0x68, 0x69, 0x88, 2, 0x0f, 0xa1]));
    };
    const socket = connect(world.port, '127.0.0.1');
    socket.write(ask101(auth));
    const text = await readUntil(socket, (seen) => seen.endsWith('\x0f\xa1'));
    expect(text.slice(-8)).toBe('\x81\x02hi\x88\x02\x0f\xa1');
    socket.destroy();
  });

  it('are refused like requests', async () => {
    for (const [headers, status, path] of [
      ['', 401, undefined],
      ['Cookie: devyard-x=1\r\n', 401, undefined],
      [`${auth}Origin: http://evil.example\r\n`, 403, undefined],
      [`${auth}Origin: null\r\n`, 403, undefined],
      ['', 401, '/?devyard-ticket=x'],
    ] as const) {
      expect(await raw(world.port, ask101(headers, path))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    }
    expect(world.reached).toEqual([]);
    const cookie = await world.enter();
    const socket = connect(world.port, '127.0.0.1');
    socket.write(ask101(`Cookie: ${cookie}\r\nOrigin: http://${world.host}\r\n`));
    expect(await readUntil(socket, (text) => text.includes('hello'))).toMatch(/^HTTP\/1.1 101/);
    socket.destroy();
  });

  it('hand on a refusal of the server, and nothing after it', async () => {
    world.upgrade = (_, socket) => socket.end('HTTP/1.1 404 Nope\r\nX-Why: because\r\nContent-Length: 4\r\n\r\ngone');
    const answer = await raw(world.port, `${ask101(auth)}GET /second HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer).toBe('HTTP/1.1 404 Nope\r\nX-Why: because\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone');
    world.upgrade = (_, socket) => socket.destroy();
    expect(await raw(world.port, ask101(auth))).toMatch(/^HTTP\/1.1 502/);
  });

  it('fall with either side and with the gate', async () => {
    const both = async (): Promise<[Socket, Socket]> => {
      const server = new Promise<Socket>((resolve) =>
        world.backend.once('upgrade', (_, socket: Socket) => resolve(socket)),
      );
      const socket = connect(world.port, '127.0.0.1').on('error', () => undefined);
      socket.write(ask101(auth));
      await readUntil(socket, (text) => text.includes('hello'));
      return [socket, await server];
    };
    const [one, oneServer] = await both();
    const oneGone = closed(oneServer);
    one.resetAndDestroy();
    await oneGone;
    const [two, twoServer] = await both();
    const twoGone = closed(two);
    twoServer.destroy();
    await twoGone;
    const [three, threeServer] = await both();
    const threeGone = Promise.all([closed(three), closed(threeServer)]);
    await world.gates.closeAll();
    expect(await threeGone).toHaveLength(2);
  });
});
