import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Server as SshServer } from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureSshd } from '../../../scripts/lib/sshd.mjs';
import { readBanner } from '../../../src/managers/dokploy/ssh/banner.ts';
import { connect } from '../../../src/managers/dokploy/ssh/connect.ts';
import { problemOf, type SshProblem } from '../../../src/managers/dokploy/ssh/fault.ts';
import { makeEd25519Key, makeRsaKey } from '../../../src/managers/dokploy/ssh/keys.ts';
import type { HostKeys, SshTarget } from '../../../src/managers/dokploy/ssh/types.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { openProxy } from './cuttableProxy.ts';
import { freePort, openSshWorld, type SshWorld } from './sshWorld.ts';

/** The error of a connection that must not come about. */
async function failure(
  attempt: Promise<unknown>,
): Promise<DevyardError & { readonly problem: SshProblem | undefined }> {
  const error: unknown = await attempt.then(
    () => new Error('It worked.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof DevyardError)) throw error;
  return Object.assign(error, { problem: problemOf(error) });
}

describe('logging in', () => {
  let folder: Temporary;
  let reason = '';
  let opened: SshWorld | undefined;
  let world: SshWorld;
  let sshd = '';
  beforeAll(async () => {
    const found = await ensureSshd();
    if (found.path === undefined) reason = found.reason;
    else sshd = found.path;
  });
  beforeEach(async ({ skip }) => {
    folder = await temporaryFolder('devyard-ssh-');
    if (sshd === '') skip(reason);
    opened = await openSshWorld(sshd, join(folder.path, 'ssh'));
    world = opened;
  });
  afterEach(async () => {
    await opened?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('pins the key of a host that it sees for the first time, and takes the same one again', async () => {
    for (let time = 1; time <= 2; time += 1) {
      const link = await connect(world.target);
      link.end();
      expect(await link.closed).toBeUndefined();
    }
    const [type, key] = (await readFile(join(world.folder, 'host.pub'), 'utf8')).split(' ');
    expect(await readFile(world.knownHostsFile, 'utf8')).toBe(`devyard-test ${String(type)} ${String(key)}\n`);
  });

  it('refuses a host whose key is another one, before it offers its own', async () => {
    (await connect(world.target)).end();
    const pinned = await world.target.hostKeys.fingerprint('devyard-test');
    await world.stop();
    await world.swapHostKey();
    await world.start();
    const error = await failure(connect(world.target));
    expect(error).toMatchObject({ code: 'forbidden', problem: 'host-key' });
    expect(error.message).toContain(String(pinned));
    expect(error.message.match(/SHA256:[\w+/]{43}/g)).toHaveLength(2);
    expect(error.hint).toContain('forget-host-key');
    expect(world.log()).not.toContain('publickey');

    await world.target.hostKeys.forget('devyard-test');
    (await connect(world.target)).end();
    expect(await world.target.hostKeys.fingerprint('devyard-test')).not.toBe(pinned);
  });

  it('does not trust a key that could not be pinned', async () => {
    const full = new DevyardError('disk-full', 'There is no space left.');
    const hostKeys: HostKeys = { ...world.target.hostKeys, check: () => Promise.reject(full) };
    expect(await failure(connect({ ...world.target, hostKeys }))).toBe(full);
    expect(world.log()).not.toContain('publickey');
  });

  it('says that the key is refused', async () => {
    const error = await failure(connect({ ...world.target, privateKey: world.strangerKey }));
    expect(error).toMatchObject({ code: 'forbidden', problem: 'key-refused' });
    expect(error.message).toContain(world.target.user);
    expect(world.log()).not.toContain('password');
  });

  it('offers nothing to a server that takes passwords only', async () => {
    await world.stop();
    await world.start(['PubkeyAuthentication no']);
    const error = await failure(connect(world.target));
    expect(error).toMatchObject({ code: 'forbidden', problem: 'key-refused' });
    expect(error.message).toContain('takes no keys, only “password”');
    expect(world.log()).not.toMatch(/(?:Failed|Accepted) password/);
  });

  it('says that a server wants more than a key', async () => {
    await world.stop();
    await world.start(['AuthenticationMethods publickey,password']);
    const error = await failure(connect(world.target));
    expect(error).toMatchObject({ problem: 'key-refused' });
    expect(error.message).toContain('wants more than a key: “password”');
  });

  it('refuses a private key that cannot be used before it connects', async () => {
    const error = await failure(connect({ ...world.target, privateKey: 'nonsense' }));
    expect(error).toMatchObject({ code: 'invalid', field: 'privateKey' });
  });

  it('reads an identification that comes in single bytes after other lines', async () => {
    await using proxy = await openProxy(world.port, async (socket, first) => {
      for (const line of ['Welcome.\r\n', '\r\n', 'No trespassing.\n']) {
        socket.write(line);
        await setImmediate();
      }
      for (const byte of first) {
        socket.write(Buffer.of(byte));
        await setImmediate();
      }
    });
    const target = { ...world.target, port: proxy.port };
    expect(await readBanner(target, { timeoutMs: 10_000 })).toMatch(/^SSH-2\.0-/);
    const link = await connect(target);
    const command = await link.exec('echo hello');
    expect(await text(command.stdout)).toBe('hello\n');
    link.end();
  });

  it('tells a connection that is cut from one that is ended', async () => {
    await using proxy = await openProxy(world.port);
    const link = await connect({ ...world.target, port: proxy.port });
    proxy.cut();
    const error = await link.closed;
    expect(problemOf(error)).toBe('lost');
    expect(await failure(link.exec('true'))).toMatchObject({ problem: 'unsent' });
  });

  it('notices that nobody is there any more', async () => {
    const clock = new ManualClock();
    await using proxy = await openProxy(world.port);
    const link = await connect({ ...world.target, port: proxy.port }, { clock });
    proxy.freeze();
    await clock.advance(40_000);
    expect(problemOf(await link.closed)).toBe('lost');
  });

  it('keeps a connection on which nothing happens as long as the server answers', async () => {
    const clock = new ManualClock();
    const link = await connect(world.target, { clock });
    for (let passed = 0; passed < 120_000; passed += 10_000) {
      await clock.advance(10_000);
      expect(await link.probe()).toBe(true);
    }
    const command = await link.exec('echo still here');
    expect(await text(command.stdout)).toBe('still here\n');
    link.end();
  });

  it('gives up when it is told to, and leaves no connection', async () => {
    await using proxy = await openProxy(world.port, () => new Promise<void>(() => undefined));
    const abort = new AbortController();
    const attempt = failure(connect({ ...world.target, port: proxy.port }, { signal: abort.signal }));
    abort.abort();
    expect(await attempt).toMatchObject({ code: 'cancelled' });
    expect(await failure(connect(world.target, { signal: abort.signal }))).toMatchObject({ code: 'cancelled' });
  });
});

describe('what is no SSH server', () => {
  const servers: { close(): void }[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  /** A server that does this to whoever connects. */
  async function targetOf(greet: (socket: Socket) => void): Promise<SshTarget> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      greet(socket);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('There is no port.');
    return { ...nobody, port: address.port };
  }
  const nobody: SshTarget = {
    host: '127.0.0.1',
    port: 1,
    user: 'somebody',
    alias: 'devyard-test',
    privateKey: '',
    hostKeys: {
      check: () => Promise.reject(new Error('Not asked.')),
      forget: async () => undefined,
      fingerprint: async () => undefined,
    },
  };
  beforeAll(async () => {
    Object.assign(nobody, { privateKey: (await makeEd25519Key()).privateKey });
  });

  it('says that nothing listens', async () => {
    const target = { ...nobody, port: await freePort() };
    expect(await failure(connect(target))).toMatchObject({ code: 'unavailable', problem: 'refused' });
  });

  it('says that a name is not known', async () => {
    expect(await failure(connect({ ...nobody, host: 'nothing.invalid' }))).toMatchObject({ problem: 'unreachable' });
  });

  it('waits for a server that says nothing no longer than it may', async () => {
    const clock = new ManualClock();
    const accepted = Promise.withResolvers<void>();
    const target = await targetOf(() => accepted.resolve());
    const attempt = failure(connect(target, { clock, timeoutMs: 10_000 }));
    await accepted.promise;
    await clock.advance(10_000);
    const error = await attempt;
    expect(error).toMatchObject({ problem: 'silent' });
    expect(error.message).toContain('10 s');
  });

  it('quotes what another server says', async () => {
    const clock = new ManualClock();
    const said = Promise.withResolvers<void>();
    const target = await targetOf(
      (socket) => void socket.write('220 mail.example ESMTP\x1b[31m\r\n', () => said.resolve()),
    );
    const attempt = failure(readBanner(target, { clock, timeoutMs: 10_000 }));
    await said.promise;
    await setImmediate();
    await clock.advance(10_000);
    expect(await attempt).toMatchObject({
      problem: 'not-ssh',
      message: expect.stringContaining('“220 mail.example ESMTP [31m”') as string,
    });
  });

  it.each(['SSH-1.5-ancient\r\n', 'SSH-2.0-\r\n', 'SSH-what\n'])('does not take %j for a server', async (line) => {
    const target = await targetOf((socket) => void socket.write(line));
    expect(await failure(connect(target))).toMatchObject({ problem: 'not-ssh' });
  });

  it('ends a flood', async () => {
    let sent = 0;
    const gone = Promise.withResolvers<void>();
    const target = await targetOf((socket) => {
      const flood = (): void => {
        while (!socket.destroyed && socket.write('Look here!\r\n'.repeat(100))) sent += 1200;
      };
      socket.on('drain', flood).once('close', () => gone.resolve());
      flood();
    });
    expect(await failure(connect(target))).toMatchObject({ problem: 'not-ssh' });
    await gone.promise;
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('says what a server said that closes at once', async () => {
    const target = await targetOf((socket) => void socket.end('Not allowed at this time\r\n'));
    const error = await failure(connect(target));
    expect(error).toMatchObject({ problem: 'hung-up' });
    expect(error.message).toContain('Not allowed at this time');
  });

  it('survives what is no SSH after the identification', async () => {
    const target = await targetOf((socket) => void socket.end(`SSH-2.0-Liar\r\n${'x'.repeat(4096)}`));
    expect(await failure(connect(target))).toMatchObject({ code: 'unavailable' });
  });

  it('survives nonsense that comes in one piece with the end of the login', async () => {
    const server = new SshServer({ hostKeys: [(await makeRsaKey()).privateKey] }, (client) => {
      client
        .on('error', () => undefined)
        .on('authentication', (context) => {
          const { _sock: socket } = client as unknown as { readonly _sock: Socket };
          if (context.method === 'publickey' && context.signature === undefined) {
            context.accept();
            return;
          }
          socket.cork();
          context.accept();
          socket.write(Buffer.alloc(64, 0xff));
          socket.uncork();
        });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const hostKeys = { ...nobody.hostKeys, check: async () => 'new' as const };
    const link = await connect({ ...nobody, hostKeys, port: (server.address() as { port: number }).port });
    expect(problemOf(await link.closed)).toBe('lost');
  });

  it('survives a server that identifies itself and closes', async () => {
    const target = await targetOf((socket) => void socket.end('SSH-2.0-Shy\r\n'));
    expect(await failure(connect(target))).toMatchObject({ problem: 'hung-up' });
  });
});

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
