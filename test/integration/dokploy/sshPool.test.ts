import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureSshd } from '../../../scripts/lib/sshd.mjs';
import { connect } from '../../../src/managers/dokploy/ssh/connect.ts';
import { problemOf } from '../../../src/managers/dokploy/ssh/fault.ts';
import type { SshLink } from '../../../src/managers/dokploy/ssh/link.ts';
import { SshPool } from '../../../src/managers/dokploy/ssh/pool.ts';
import type { RemoteCommand, SshTarget } from '../../../src/managers/dokploy/ssh/types.ts';
import type { Clock } from '../../../src/managers/shared/clock.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { type CuttableProxy, openProxy } from './cuttableProxy.ts';
import { openSshWorld, type SshWorld } from './sshWorld.ts';

describe('shared connections', () => {
  let folder: Temporary;
  let reason = '';
  let opened: SshWorld | undefined;
  let world: SshWorld;
  let proxy: CuttableProxy;
  let pool: SshPool;
  let target: SshTarget;
  beforeAll(async () => {
    folder = await temporaryFolder('devyard-ssh-');
    const found = await ensureSshd();
    if (found.path === undefined) reason = found.reason;
    else opened = await openSshWorld(found.path, join(folder.path, 'ssh'));
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(async ({ skip }) => {
    if (opened === undefined) skip(reason);
    else world = opened;
    proxy = await openProxy(world.port);
    target = { ...world.target, port: proxy.port };
    pool = new SshPool({ target: async () => target });
  });
  afterEach(async () => {
    if (opened === undefined) return;
    await pool.close();
    await proxy[Symbol.asyncDispose]();
  });
  const run = async (command: string): Promise<string> => outputOf(await pool.exec('one', command));
  /** A pool whose time passes only when a test says so, on real connections. */
  const withClock = (clock: Clock): void => {
    pool = new SshPool({ clock, target: async () => target });
  };

  it('runs commands on one connection', async () => {
    expect(await Promise.all([1, 2, 3].map((number) => run(`echo ${String(number)}`)))).toEqual(['1\n', '2\n', '3\n']);
    expect(await run('echo again')).toBe('again\n');
    expect(proxy.accepted).toBe(1);
    expect(pool.sessions).toBe(0);
  });

  it('runs a hundred commands at once', { timeout: 180_000 }, async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => `${String(index)}\n`);
    expect(await Promise.all(numbers.map((number) => run(`echo ${number.trim()}`)))).toEqual(numbers);
    expect(proxy.accepted).toBeLessThanOrEqual(10);
  });

  it('opens further connections when commands stay', async () => {
    const staying = await Promise.all(Array.from({ length: 25 }, () => pool.exec('one', 'cat')));
    expect(proxy.accepted).toBe(3);
    expect(pool.sessions).toBe(25);
    for (const { stdin } of staying) stdin.end('done');
    expect(new Set(await Promise.all(staying.map(outputOf)))).toEqual(new Set(['done']));
  });

  it('fails no command on a server that allows one session a connection', async () => {
    await world.stop();
    await world.start(['MaxSessions 1']);
    const staying = await Promise.all(Array.from({ length: 3 }, () => pool.exec('one', 'cat')));
    for (const { stdin } of staying) stdin.end('done');
    expect(await Promise.all(staying.map(outputOf))).toEqual(['done', 'done', 'done']);
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map(() => run('echo more')))).toEqual(Array(6).fill('more\n'));
    await world.stop();
    await world.start();
  });

  it('closes a connection that nobody uses for a minute', async () => {
    const clock = new ManualClock();
    const links: SshLink[] = [];
    const closed = Promise.withResolvers<unknown>();
    pool = new SshPool({
      clock,
      target: async () => target,
      connect: async (to, signal) => {
        const link = await connect(to, { signal });
        links.push(link);
        void link.closed.then(closed.resolve);
        return link;
      },
    });
    for (let time = 1; time <= 3; time += 1) {
      await run('true');
      await clock.advance(59_000);
    }
    expect(links).toHaveLength(1);
    await clock.advance(1000);
    expect(await closed.promise).toBeUndefined();
    await run('true');
    expect(links).toHaveLength(2);
  });

  it('makes a new connection after one broke', async () => {
    await run('true');
    proxy.cut();
    expect(await run('echo back')).toBe('back\n');
    expect(proxy.accepted).toBe(2);
  });

  it('runs a command on a new connection when the old one turns out to be dead, once', async () => {
    const clock = new ManualClock();
    withClock(clock);
    await run('true');
    proxy.freeze();
    const command = run('echo alive');
    for (let passed = 0; passed <= 40_000; passed += 10_000) await clock.advance(10_000);
    expect(await command).toBe('alive\n');
    expect(proxy.accepted).toBe(2);
  });

  it('asks first after the machine slept', async () => {
    const clock = new ManualClock();
    withClock(clock);
    await run('true');
    clock.setWallClock(8 * 3600_000);
    expect(await run('echo still')).toBe('still\n');
    expect(proxy.accepted).toBe(1);

    proxy.freeze();
    clock.setWallClock(8 * 3600_000);
    const command = run('echo awake');
    await clock.advance(5000);
    expect(await command).toBe('awake\n');
    expect(proxy.accepted).toBe(2);
    // What does not answer acknowledges no goodbye either.
    await clock.advance(1000);
  });

  it('never runs a command twice', async () => {
    const mark = join(folder.path, 'runs');
    await writeFile(mark, '');
    const command = await pool.exec('one', `echo run >> '${mark}'; echo begun; cat`);
    await once(command.stdout, 'data');
    proxy.cut();
    expect(problemOf(await command.exit.catch((error: unknown) => error))).toBe('lost');
    expect(await run(`cat '${mark}'`)).toBe('run\n');
  });

  it('finds a server again that was restarted', async () => {
    await run('true');
    await world.stop();
    await world.start();
    proxy.cut();
    expect(await run('echo back')).toBe('back\n');
  });

  it('says why there is no connection, to all who wait, with one attempt', async () => {
    await world.stop();
    const errors = await Promise.all([1, 2, 3].map(() => run('true').catch((error: unknown) => problemOf(error))));
    expect(errors).toEqual(['hung-up', 'hung-up', 'hung-up']);
    expect(proxy.accepted).toBe(1);
    await world.start();
    expect(await run('echo there')).toBe('there\n');
  });

  it('goes to where the machine is now, and lets what runs come to its end', async () => {
    await using other = await openProxy(world.port);
    const staying = await pool.exec('one', 'cat');
    target = { ...target, port: other.port };
    expect(await run('echo moved')).toBe('moved\n');
    staying.stdin.end('finished');
    expect(await outputOf(staying)).toBe('finished');
    expect([proxy.accepted, other.accepted]).toEqual([1, 1]);
  });

  it('ends what is forgotten, and begins anew when it is asked again', async () => {
    const staying = await pool.exec('one', 'cat');
    await pool.forget('one');
    await expect(staying.exit).rejects.toMatchObject({ code: 'cancelled' });
    expect(await run('echo anew')).toBe('anew\n');
  });

  it('gives up an attempt that nobody waits for any more', async () => {
    const [began, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    pool = new SshPool({
      target: async () => target,
      connect: (to, signal) => {
        began.resolve();
        signal.addEventListener('abort', () => ended.resolve(), { once: true });
        return connect(to, { signal });
      },
    });
    const abort = new AbortController();
    const command = pool.exec('one', 'true', { signal: abort.signal });
    await began.promise;
    abort.abort();
    await expect(command).rejects.toMatchObject({ code: 'cancelled' });
    await ended.promise;
  });

  it('opens nothing once it is closed', async () => {
    await run('true');
    await pool.close();
    await expect(pool.exec('one', 'true')).rejects.toMatchObject({ code: 'cancelled' });
  });
});

async function outputOf({ stdin, stdout, exit }: RemoteCommand): Promise<string> {
  stdin.end();
  const chunks: Buffer[] = [];
  for await (const chunk of stdout) chunks.push(chunk as Buffer);
  await exit;
  return Buffer.concat(chunks).toString();
}
