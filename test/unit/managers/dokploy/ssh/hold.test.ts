import { beforeEach, describe, expect, it } from 'vitest';
import { sshError } from '../../../../../src/managers/dokploy/ssh/fault.ts';
import { Hold } from '../../../../../src/managers/dokploy/ssh/hold.ts';
import { SshPool } from '../../../../../src/managers/dokploy/ssh/pool.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { createFakeServer, type FakeServer } from './fakeServer.ts';

describe('a connection that is held', () => {
  let clock: ManualClock;
  let server: FakeServer;
  let pool: SshPool;
  let hold: Hold;
  let seen: boolean[];
  beforeEach(() => {
    clock = new ManualClock();
    server = createFakeServer();
    const hostKeys = {
      check: async () => 'same' as const,
      forget: async () => undefined,
      fingerprint: async () => undefined,
    };
    const target = { host: 'server', port: 22, user: 'dev', alias: 'a', privateKey: 'key', hostKeys };
    pool = new SshPool({ clock, random: () => 0, target: async () => target, connect: server.connect });
    hold = new Hold(pool, 'one', { clock, random: () => 0 });
    seen = [];
    hold.on((isUp) => seen.push(isUp));
  });

  it('stays up though nobody uses it, and is given back', async () => {
    await clock.advance(600_000);
    expect([hold.isUp, server.attempts, server.open.length]).toEqual([true, 1, 1]);
    hold.release();
    await clock.advance(61_000);
    expect([hold.isUp, server.open.length, clock.pending]).toEqual([false, 0, 0]);
  });

  it('is made again, sooner at first than later', async () => {
    await clock.advance(0);
    server.failure = sshError('refused', 'Nothing listens.');
    server.links[0]?.cut();
    const attempts: number[] = [];
    for (let ms = 0; ms < 120_000; ms += 250) {
      const before = server.attempts;
      await clock.advance(250);
      if (server.attempts > before) attempts.push(clock.monotonic());
    }
    expect(attempts.slice(0, 7)).toEqual([250, 750, 1750, 3750, 7750, 15_750, 31_750]);
    expect(attempts.slice(7)).toEqual([61_750, 91_750]);
    expect(hold.problem).toBe(server.failure);
    server.failure = undefined;
    await clock.advance(30_000);
    expect(hold.isUp).toBe(true);
    expect(hold.problem).toBeUndefined();
  });

  it('waits longer and longer for a server that lets it in and breaks off at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      await clock.advance(30_000);
      server.open[0]?.cut();
    }
    // Each lasted 29 s at most.
    await clock.advance(3000);
    expect(hold.isUp).toBe(false);
    await clock.advance(30_000);
    expect(hold.isUp).toBe(true);
  });

  it.each(['host-key', 'key-refused'] as const)('leaves “%s” until somebody does something', async (problem) => {
    await clock.advance(0);
    server.failure = sshError(problem, 'No.');
    server.links[0]?.cut();
    await clock.advance(3_600_000);
    expect(server.attempts).toBe(2);
    hold.hurry();
    hold.hurry();
    await clock.advance(1000);
    hold.hurry();
    await clock.advance(1000);
    expect(server.attempts).toBe(3);
    server.failure = undefined;
    pool.renew('one');
    await clock.advance(0);
    expect(hold.isUp).toBe(true);
  });

  it('is made again at once when it is renewed or wanted', async () => {
    await clock.advance(0);
    pool.renew('one');
    await clock.advance(250);
    expect([hold.isUp, server.links.length]).toEqual([true, 2]);
    server.failure = sshError('refused', 'Nothing listens.');
    server.open[0]?.cut();
    await clock.advance(20_000);
    server.failure = undefined;
    hold.hurry();
    await clock.advance(0);
    expect(hold.isUp).toBe(true);
    expect(seen.at(-1)).toBe(true);
  });

  it('ends when its key is forgotten', async () => {
    await clock.advance(0);
    await pool.forget('one');
    await clock.advance(120_000);
    expect([hold.isUp, server.attempts, clock.pending]).toEqual([false, 1, 0]);
  });
});
