import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { connect as dial, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureSshd } from '../../../scripts/lib/sshd.mjs';
import { type Forward, type ForwardWish, openForward } from '../../../src/managers/dokploy/ssh/forward.ts';
import { SshPool } from '../../../src/managers/dokploy/ssh/pool.ts';
import type { SshTarget } from '../../../src/managers/dokploy/ssh/types.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { type CuttableProxy, openProxy } from './cuttableProxy.ts';
import { freePort, openSshWorld, type SshWorld } from './sshWorld.ts';

const megabyte = 1024 * 1024;
/** For what a busy machine may take its time for. */
const patient = { timeout: 20_000 };

describe('forwarded ports', () => {
  let folder: Temporary;
  let reason = '';
  let world: SshWorld | undefined;
  let proxy: CuttableProxy;
  let pool: SshPool;
  let target: SshTarget;
  let service: Server;
  let remotePort: number;
  /** What the service does with a connection. Told again for each test. */
  let serve: (socket: Socket) => void;
  const forwards: Forward[] = [];
  beforeAll(async () => {
    folder = await temporaryFolder('devyard-ssh-');
    const found = await ensureSshd();
    if (found.path === undefined) reason = found.reason;
    else world = await openSshWorld(found.path, join(folder.path, 'ssh'));
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(async ({ skip }) => {
    if (world === undefined) {
      skip(reason);
      return;
    }
    proxy = await openProxy(world.port);
    target = { ...world.target, port: proxy.port };
    pool = new SshPool({ target: async () => target });
    serve = (socket) => void socket.pipe(socket);
    service = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    });
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    remotePort = (service.address() as { port: number }).port;
  });
  afterEach(async () => {
    if (world === undefined) return;
    await Promise.all(forwards.splice(0).map((forward) => forward.close()));
    await pool.close();
    await proxy[Symbol.asyncDispose]();
    service.close();
  });
  const open = async (wish: Partial<ForwardWish> = {}, clock?: ManualClock): Promise<Forward> => {
    const whole = { id: 'f', key: 'one', remoteHost: '127.0.0.1', remotePort, ...wish };
    const forward = await openForward(pool, whole, clock === undefined ? {} : { clock, random: () => 0 });
    forwards.push(forward);
    return forward;
  };
  const visit = async (forward: Forward): Promise<Socket> => {
    const socket = dial({ port: forward.localPort, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };

  it('carries bytes both ways and keeps half-closes apart', async () => {
    const bytes = randomFillSync(Buffer.allocUnsafe(20 * megabyte));
    // It answers when it has read everything: only a half-close tells it so.
    serve = (socket) => {
      const hash = createHash('sha256');
      socket.on('data', (chunk: Buffer) => hash.update(chunk));
      socket.on('end', () => socket.end(hash.digest('hex')));
    };
    const forward = await open();
    expect(forward).toMatchObject({ id: 'f', state: 'open', remoteHost: '127.0.0.1', remotePort });
    const socket = await visit(forward);
    const [, answer] = await Promise.all([
      pipeline(Readable.from([bytes]), socket, { end: true }).catch(() => undefined),
      text(socket),
    ]);
    expect(answer).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('delivers all that was sent before the other side was gone', async () => {
    const bytes = randomFillSync(Buffer.allocUnsafe(20 * megabyte));
    serve = (socket) => void socket.end(bytes, () => socket.destroy());
    const socket = await visit(await open());
    const hash = createHash('sha256');
    for await (const chunk of socket) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('holds a sender up while nobody reads', async () => {
    let sent = 0;
    const flood = (socket: Socket): void => {
      const chunk = Buffer.alloc(megabyte);
      const send = (): void => {
        do sent += 1;
        while (sent < 200 && socket.write(chunk));
      };
      socket.on('drain', send);
      send();
    };
    const echo = serve;
    serve = (socket) => {
      serve = echo;
      flood(socket);
    };
    const forward = await open();
    const slow = (await visit(forward)).pause();
    // Others go on meanwhile. It stands still when nothing more was sent while one of them came and went.
    for (let before = -1, now = 0; before !== now || now === 0; before = now, now = sent) {
      const socket = await visit(forward);
      socket.end(Buffer.alloc(megabyte, 'x'));
      expect((await text(socket)).length).toBe(megabyte);
    }
    expect(sent).toBeLessThan(60);
    slow.destroy();
  });

  it('carries a hundred connections at once over one', async () => {
    const forward = await open();
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const socket = await visit(forward);
        socket.end(`hello ${String(index)}`);
        return text(socket);
      }),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, index) => `hello ${String(index)}`));
    expect(proxy.accepted).toBe(1);
  });

  it('resets a connection behind which nothing listens', async () => {
    const forward = await open({ remotePort: await freePort() });
    expect(await ending(await visit(forward))).toBe('ECONNRESET');
    expect(forward.state).toBe('open');
  });

  it('resets what was cut off, so that it does not look whole', async () => {
    serve = (socket) => void socket.write('half of');
    const socket = await visit(await open());
    await once(socket, 'data');
    proxy.cut();
    expect(await ending(socket)).toBe('ECONNRESET');
  });

  it('survives a connection that breaks: who comes meanwhile waits', async () => {
    const forward = await open();
    const states: string[] = [];
    forward.on((state) => states.push(state));
    proxy.isOpen = false;
    proxy.cut();
    await expect.poll(() => forward.state, patient).toBe('waiting');
    const socket = await visit(forward);
    socket.end('still there?');
    const answer = text(socket);
    proxy.isOpen = true;
    expect(await answer).toBe('still there?');
    expect(states).toEqual(['waiting', 'open']);
    expect(forward.state).toBe('open');
  });

  it('comes back by itself, though nobody asks', async () => {
    const forward = await open();
    proxy.cut();
    await expect.poll(() => forward.state, patient).toBe('waiting');
    await expect.poll(() => forward.state, patient).toBe('open');
  });

  it('closes who has waited for ten seconds', async () => {
    const clock = new ManualClock();
    const forward = await open({}, clock);
    proxy.isOpen = false;
    proxy.cut();
    await expect.poll(() => forward.state, patient).toBe('waiting');
    const socket = await visit(forward);
    const over = ending(socket);
    // It is known to wait when attempts are made for it.
    await expect.poll(() => clock.pending, patient).toBeGreaterThan(1);
    await clock.advance(10_000);
    expect(await over).toBe('ECONNRESET');
  });

  it('keeps its connection from being closed as unused', async () => {
    const clock = new ManualClock();
    pool = new SshPool({ target: async () => target, clock });
    const forward = await open({}, clock);
    for (let minute = 1; minute <= 3; minute += 1) {
      for (let passed = 0; passed < 60_000; passed += 5000) {
        await clock.advance(5000);
        const socket = await visit(forward);
        socket.end('x');
        expect(await text(socket)).toBe('x');
      }
    }
    expect(proxy.accepted).toBe(1);
    await forward.close();
    await clock.advance(61_000);
    await expect.poll(() => clock.pending, patient).toBe(0);
  });

  it('takes the port that is wanted, or says who has it', async () => {
    const localPort = await freePort();
    const forward = await open({ localPort });
    expect(forward.localPort).toBe(localPort);
    await expect(open({ id: 'g', localPort })).rejects.toMatchObject({ code: 'port-taken', field: 'localPort' });
    await expect(open({ localPort: 70_000 })).rejects.toMatchObject({ code: 'invalid', field: 'localPort' });
    await forward.close();
    expect((await open({ localPort })).localPort).toBe(localPort);
  });

  it('ends with its signal, and everything on it', async () => {
    const abort = new AbortController();
    const forward = await open({ signal: abort.signal });
    const socket = await visit(forward);
    socket.write('x');
    await once(socket, 'data');
    abort.abort();
    await ending(socket);
    await forward.close();
    await expect(visit(forward)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is not opened when the first connection fails, unless it was there before', async () => {
    const localPort = await freePort();
    target = { ...target, port: await freePort() };
    await expect(open({ localPort })).rejects.toMatchObject({ code: 'unavailable' });
    const restored = await open({ localPort, isRestored: true });
    expect(restored.state).toBe('waiting');
    target = { ...target, port: proxy.port };
    const socket = await visit(restored);
    socket.end('back');
    expect(await text(socket)).toBe('back');
  });
});

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** How a connection comes to its end: `end`, or the error of the system. */
function ending(socket: Socket): Promise<string> {
  socket.resume();
  return new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    socket.once('close', () => resolve(socket.readableEnded ? 'end' : 'close'));
  });
}
