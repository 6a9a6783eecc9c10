import { execFileSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Server as SshServer } from 'ssh2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureSshd } from '../../../scripts/lib/sshd.mjs';
import { connect } from '../../../src/managers/dokploy/ssh/connect.ts';
import { problemOf } from '../../../src/managers/dokploy/ssh/fault.ts';
import { makeRsaKey } from '../../../src/managers/dokploy/ssh/keys.ts';
import type { SshLink } from '../../../src/managers/dokploy/ssh/link.ts';
import type { RemoteShell } from '../../../src/managers/dokploy/ssh/types.ts';
import { systemClock } from '../../../src/managers/shared/clock.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { startServer } from '../../support/server.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { openProxy } from './cuttableProxy.ts';
import { openSshWorld, pieces, type SshWorld } from './sshWorld.ts';

const megabyte = 1024 * 1024;
/** For what a busy machine may take its time for. */
const patient = { timeout: 20_000 };

describe('what runs on the remote side', () => {
  let folder: Temporary;
  let reason = '';
  let opened: { readonly world: SshWorld; readonly link: SshLink } | undefined;
  let world: SshWorld;
  let link: SshLink;
  beforeAll(async () => {
    folder = await temporaryFolder('devyard-ssh-');
    const found = await ensureSshd();
    if (found.path === undefined) {
      reason = found.reason;
      return;
    }
    // New keys are agreed on (RFC 4253, 9) every 16 MB, in the middle of everything.
    const own = await openSshWorld(found.path, join(folder.path, 'ssh'), [
      'RekeyLimit 16M',
      'AllowAgentForwarding yes',
    ]);
    opened = { world: own, link: await connect(own.target) };
  });
  afterAll(async () => {
    opened?.link.end();
    await opened?.world[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(({ skip }) => {
    if (opened === undefined) skip(reason);
    else ({ world, link } = opened);
  });

  it('delivers 50 MB from there, byte by byte', async () => {
    const file = join(folder.path, 'out');
    const bytes = randomFillSync(Buffer.allocUnsafe(50 * megabyte));
    await writeFile(file, bytes);
    const { stdin, stdout, exit } = await link.exec(`cat '${file}'`);
    stdin.end();
    const hash = createHash('sha256');
    stdout.on('data', (chunk: Buffer) => hash.update(chunk));
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(hash.digest('hex')).toBe(sha256(bytes));
  });

  it('delivers 50 MB there, byte by byte, and ends the input', async () => {
    const bytes = randomFillSync(Buffer.allocUnsafe(50 * megabyte));
    const { stdin, stdout, exit } = await link.exec('sha256sum');
    const [, said] = await Promise.all([pipeline(Readable.from(pieces(bytes)), stdin), text(stdout)]);
    expect(said.split(' ')[0]).toBe(sha256(bytes));
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('delivers both ways at once, and keeps output and errors apart', async () => {
    const bytes = randomFillSync(Buffer.allocUnsafe(8 * megabyte));
    const { stdin, stdout, stderr, exit } = await link.exec('tee /dev/stderr');
    const [, out, errors] = await Promise.all([
      pipeline(Readable.from(pieces(bytes)), stdin),
      digest(stdout),
      digest(stderr),
    ]);
    expect([out, errors]).toEqual([sha256(bytes), sha256(bytes)]);
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('holds the other side up while nobody reads, and loses nothing', async () => {
    const { stdin, stdout, exit } = await link.exec('head -c 20000000 /dev/zero; echo sent >&2');
    stdin.end();
    stdout.once('readable', () => undefined);
    await once(stdout, 'readable');
    expect(stdout.readableLength).toBeLessThan(2 * megabyte);
    let length = 0;
    for await (const chunk of stdout) length += (chunk as Buffer).length;
    expect(length).toBe(20_000_000);
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it.each([
    ['exit 37', { code: 37, signal: null }],
    ['kill -9 $$', { code: null, signal: 'KILL' }],
    ['kill -TERM $$', { code: null, signal: 'TERM' }],
    ['no-such-command-anywhere 2>/dev/null', { code: 127, signal: null }],
  ])('tells how `%s` ended', async (command, expected) => {
    const { exit } = await link.exec(command);
    expect(await exit).toEqual(expected);
  });

  it('keeps what nobody has read yet until after the end', async () => {
    const { stdout, exit } = await link.exec('echo late');
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(await text(stdout)).toBe('late\n');
  });

  it('goes on when the other side stops reading', async () => {
    const { stdin, stdout, exit } = await link.exec('head -c 5');
    const given = pipeline(Readable.from(pieces(Buffer.alloc(20 * megabyte, 'x'))), stdin).catch(() => 'cut off');
    expect(await text(stdout)).toBe('xxxxx');
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(await given).toBe('cut off');
    expect(stdin.destroyed).toBe(true);
  });

  it('reads past output that somebody does not want any more', async () => {
    const { stdout, exit } = await link.exec('head -c 20000000 /dev/zero');
    stdout.destroy();
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('opens a terminal that can be resized', async () => {
    const shell = await link.shell({ columns: 100, rows: 30 });
    const says = reader(shell);
    shell.input.write('PS1=; stty size; echo "$TERM"\n');
    await says(/^30 100\r\n.*xterm-256color\r\n/ms);
    shell.resize(132, 43);
    shell.input.write('stty size\n');
    await says(/^43 132\r\n/m);
    shell.input.write('exit 3\n');
    expect(await shell.exit).toEqual({ code: 3, signal: null });
  });

  it('hangs up on a terminal', async () => {
    const shell = await link.shell({ columns: 80, rows: 24 });
    const says = reader(shell);
    const mark = join(folder.path, 'hung-up');
    // What is typed is echoed, and does not read like what it prints.
    shell.input.write(`exec sh -c 'trap "echo yes > ${mark}; exit" HUP; echo REA""DY; while :; do sleep 0.1; done'\n`);
    await says(/READY/);
    shell.end();
    await shell.exit;
    await expect.poll(() => readFile(mark, 'utf8').catch(() => ''), patient).toBe('yes\n');
  });

  it('reaches a port of the other side', async () => {
    const server = createServer((_, response) => response.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const stream = await link.open('127.0.0.1', port);
    stream.write('GET / HTTP/1.0\r\n\r\n');
    expect(await text(stream)).toMatch(/hello$/);
    server.close();
    await once(server, 'close');
    await expect(link.open('127.0.0.1', port)).rejects.toMatchObject({
      code: 'unavailable',
      message: `Nothing listens on 127.0.0.1:${String(port)} in the workspace.`,
    });
  });

  it('says so when the server forwards nothing', async () => {
    await world.stop();
    await world.start(['AllowTcpForwarding no']);
    const other = await connect(world.target);
    await expect(other.open('127.0.0.1', 80)).rejects.toMatchObject({ code: 'forbidden' });
    other.end();
    await world.stop();
    await world.start();
  });

  it('lends its agent, and only then', async () => {
    const socket = join(folder.path, 'agent');
    const env = { PATH: process.env['PATH'] };
    await using _agent = await startServer({
      command: 'ssh-agent',
      args: ['-D', '-a', socket],
      env,
      ready: /SSH_AUTH_SOCK=/,
    });
    execFileSync('ssh-add', ['-q', world.keyFile], { env: { ...env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' });
    const lending = await connect({ ...world.target, forwardAgent: socket });
    const listed = await Promise.all([1, 2, 3].map(async () => text((await lending.exec('ssh-add -l')).stdout)));
    for (const list of listed) expect(list).toContain('person (ED25519)');
    lending.end();
    const { exit } = await link.exec('ssh-add -l 2>/dev/null');
    expect((await exit).code).toBe(2);
  });

  it('goes without the agent where the server does not let it through', async () => {
    await world.stop();
    await world.start(['AllowAgentForwarding no']);
    const other = await connect({ ...world.target, forwardAgent: join(folder.path, 'agent') });
    for (let time = 1; time <= 2; time += 1) expect(await text((await other.exec('echo fine')).stdout)).toBe('fine\n');
    other.end();
    await world.stop();
    await world.start();
  });

  it('breaks off without an end when the connection breaks', async () => {
    await using proxy = await openProxy(world.port);
    const other = await connect({ ...world.target, port: proxy.port });
    const { stdout, stdin, exit } = await other.exec('cat; echo end; cat /dev/zero');
    const stream = await other.open('127.0.0.1', world.port);
    stdin.write('first\n');
    await once(stdout, 'data');
    proxy.cut();
    const error: unknown = await exit.catch((reason: unknown) => reason);
    expect(problemOf(error)).toBe('lost');
    for (const one of [stdout, stream]) expect([one.destroyed, one.readableEnded]).toEqual([true, false]);
    expect(stdin.destroyed).toBe(true);
  });

  it('is complete when all of it was there before the connection broke', async () => {
    await using proxy = await openProxy(world.port);
    const other = await connect({ ...world.target, port: proxy.port });
    const { stdin, stdout, exit } = await other.exec('head -c 2000000 /dev/zero');
    stdin.end();
    // Unread: it is on this side, as is the status.
    const first = (await once(stdout, 'readable').then(() => stdout.read(1) as Buffer)).length;
    const marker = await other.exec('true');
    await marker.exit;
    proxy.cut();
    await other.closed;
    let rest = 0;
    for await (const chunk of stdout) rest += (chunk as Buffer).length;
    expect(first + rest).toBe(2_000_000);
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('ends what is cancelled before it began, and after', async () => {
    const abort = new AbortController();
    const { exit, stdout } = await link.exec('cat /dev/zero', { signal: abort.signal });
    await once(stdout, 'readable');
    abort.abort();
    await expect(exit).rejects.toMatchObject({ code: 'cancelled' });
    await expect(link.exec('true', { signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' });
    const early = new AbortController();
    const mark = join(folder.path, 'never');
    const begun = link.exec(`sleep 5; touch '${mark}'`, { signal: early.signal });
    early.abort();
    await expect(begun).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('signals', () => {
  it('are sent after the input was ended, too, and followed by the end of the channel', async () => {
    await using folder = await temporaryFolder('devyard-ssh-');
    const { privateKey } = await makeRsaKey();
    const heard: string[] = [];
    // This server hands no signals on, but says that they came.
    const debug = (message: string): void => {
      const [, name] = /Inbound: CHANNEL_REQUEST .*signal: (\w+)/.exec(message) ?? [];
      if (name !== undefined) heard.push(name);
    };
    const server = new SshServer({ hostKeys: [privateKey], debug }, (client) => {
      client.on('error', () => undefined).on('authentication', (context) => context.accept());
      client.on('session', (accept) => {
        const session = accept();
        session.on('exec', (acceptExec) => {
          const channel = acceptExec();
          channel.on('end', () => heard.push('end of input')).resume();
          channel.on('close', () => heard.push('closed'));
        });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { KnownHosts } = await import('../../../src/managers/dokploy/ssh/knownHosts.ts');
    const hostKeys = new KnownHosts(join(folder.path, 'known_hosts'));
    const clock = new ManualClock();
    const target = { host: '127.0.0.1', port, user: 'somebody', alias: 'devyard-test', privateKey, hostKeys };
    const link = await connect(target, { clock: { ...systemClock, after: (ms, task) => clock.after(ms, task) } });
    const abort = new AbortController();
    const { stdin, exit } = await link.exec('deaf', { signal: abort.signal });
    stdin.end();
    await expect.poll(() => heard, patient).toEqual(['end of input']);
    abort.abort();
    await expect.poll(() => heard, patient).toEqual(['end of input', 'TERM']);
    await clock.advance(2000);
    await expect(exit).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => heard, patient).toEqual(['end of input', 'TERM', 'KILL', 'closed']);
    link.end();
    await link.closed;
    server.close();
  });
});

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function digest(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Waits until a terminal has shown something. */
function reader({ output }: RemoteShell): (expected: RegExp) => Promise<void> {
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  return async (expected) => {
    while (!expected.test(shown)) await once(output, 'data');
  };
}
