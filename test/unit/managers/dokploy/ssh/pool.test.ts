import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { sshError } from '../../../../../src/managers/dokploy/ssh/fault.ts';
import { SshPool } from '../../../../../src/managers/dokploy/ssh/pool.ts';
import type { RemoteCommand, SshTarget } from '../../../../../src/managers/dokploy/ssh/types.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { createFakeServer, type FakeServer } from './fakeServer.ts';

const home: SshTarget = {
  host: 'server',
  port: 22,
  user: 'dev',
  alias: 'devyard-one',
  privateKey: 'key',
  hostKeys: { check: async () => 'same', forget: async () => undefined, fingerprint: async () => undefined },
};

describe('the pool', () => {
  let clock: ManualClock;
  let server: FakeServer;
  let target: SshTarget;
  let pool: SshPool;
  beforeEach(() => {
    clock = new ManualClock();
    server = createFakeServer();
    target = home;
    pool = new SshPool({
      clock,
      random: () => 0,
      target: async () => target,
      connect: (to, signal) => server.connect(to, signal),
    });
  });
  const exec = (signal?: AbortSignal): Promise<RemoteCommand> =>
    pool.exec('one', 'true', signal === undefined ? {} : { signal });
  const begin = (count: number): Promise<readonly RemoteCommand[]> =>
    Promise.all(Array.from({ length: count }, () => exec()));

  it('makes one connection for all who come at once', async () => {
    await begin(10);
    expect(server.attempts).toBe(1);
    expect(pool.sessions).toBe(10);
  });

  it('opens another one only for the eleventh session, and none for tunnels', async () => {
    await begin(10);
    await Promise.all(Array.from({ length: 50 }, () => pool.open('one', 'localhost', 80)));
    expect(server.attempts).toBe(1);
    await exec();
    expect(server.links.map(({ sessions }) => sessions)).toEqual([10, 1]);
  });

  it('gives a place that becomes free to who waits for one, when no further connection can be made', async () => {
    await begin(10);
    server.failure = sshError('hung-up', 'Exceeded MaxStartups');
    const eleventh = exec();
    await clock.advance(1000);
    server.links[0]?.finishOne();
    await eleventh;
    expect(server.links).toHaveLength(1);
  });

  it('tries a further connection again after a while', async () => {
    await begin(10);
    server.failure = sshError('hung-up', 'Exceeded MaxStartups');
    const eleventh = exec();
    await clock.advance(1000);
    expect(server.attempts).toBe(2);
    server.failure = undefined;
    await clock.advance(5000);
    await eleventh;
    expect(server.open).toHaveLength(2);
  });

  it('rejects all who wait with why there is no connection, and tries anew for the next', async () => {
    server.failure = sshError('refused', 'Nothing listens.');
    const outcomes = await Promise.allSettled([exec(), exec(), exec()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(server.attempts).toBe(1);
    server.failure = undefined;
    await exec();
  });

  it('asks a server that opens no session at all a few times, and says so', async () => {
    server.mostSessions = 0;
    const outcome = exec().catch((error: unknown) => error);
    await clock.advance(60_000);
    expect(await outcome).toMatchObject({ message: 'open failed' });
    expect(pool.sessions).toBe(0);
  });

  it('does not ask for a session again that was begun', async () => {
    const [command] = await begin(1);
    server.links[0]?.cut();
    await expect(command?.exit).rejects.toMatchObject({ message: 'It broke.' });
    await clock.advance(10_000);
    expect(server.attempts).toBe(1);
  });

  it('asks once more on a new connection when the old one is dead, and not twice', async () => {
    await begin(1);
    server.links[0]?.cut(false);
    await exec();
    expect(server.links).toHaveLength(2);
    expect(server.links[0]?.isEnded).toBe(true);
    for (const link of server.links) link.cut();
    server.connect = async (to, signal) => {
      const link = await createFakeServer().connect(to, signal);
      return { ...link, exec: () => Promise.reject(sshError('unsent', 'Dead again.')) };
    };
    await expect(exec()).rejects.toMatchObject({ message: 'Dead again.' });
  });

  it('leaves a connection that does not answer to those who have it', async () => {
    const [command] = await begin(1);
    const [first] = server.links;
    if (first === undefined || command === undefined) throw new Error('There is none.');
    first.isDoubtful = true;
    first.isAnswering = false;
    await exec();
    expect(first).toMatchObject({ isEnded: false, sessions: 1 });
    first.finishOne();
    await command.exit;
    await clock.advance(0);
    expect(first.isEnded).toBe(true);
  });

  it('goes on with a connection that answers after all', async () => {
    await begin(1);
    const [first] = server.links;
    if (first !== undefined) first.isDoubtful = true;
    await exec();
    expect(server.attempts).toBe(1);
  });

  it('closes a connection when nobody has used it for a minute', async () => {
    const [command] = await begin(1);
    await clock.advance(600_000);
    expect(server.open).toHaveLength(1);
    server.links[0]?.finishOne();
    await command?.exit;
    await clock.advance(59_000);
    expect(server.open).toHaveLength(1);
    await clock.advance(1000);
    expect(server.open).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });

  it.each([
    { port: 23 },
    { host: 'other' },
    { user: 'root' },
    { privateKey: 'another' },
    { alias: 'x' },
    { forwardAgent: '/a' },
  ])('makes a new connection for %j', async (change) => {
    const [command] = await begin(1);
    target = { ...home, ...change };
    await exec();
    await exec();
    expect(server.links.map((link) => link.target)).toEqual([home, target]);
    server.links[0]?.finishOne();
    await command?.exit;
    await clock.advance(0);
    expect(server.open).toHaveLength(1);
  });

  it('ends what is forgotten or renewed', async () => {
    const [command] = await begin(1);
    pool.renew('one');
    await expect(command?.exit).rejects.toThrow('It broke.');
    await exec();
    expect(server.open).toHaveLength(1);
    await pool.forget('one');
    expect(server.open).toHaveLength(0);
    server.failure = sshError('silent', 'Later.');
    await pool.forget('never seen');
    const waiting = exec();
    await expect(waiting).rejects.toMatchObject({ message: 'Later.' });
  });

  it('stops an attempt when the last one who wanted it goes', async () => {
    let isAborted = false;
    server.connect = (_, signal) =>
      new Promise((__, reject) => {
        signal.addEventListener('abort', () => {
          isAborted = true;
          reject(new Error('aborted'));
        });
      });
    const [one, two] = [new AbortController(), new AbortController()];
    const outcomes = Promise.allSettled([exec(one.signal), exec(two.signal)]);
    await clock.advance(0);
    one.abort();
    await clock.advance(0);
    expect(isAborted).toBe(false);
    two.abort();
    expect(
      (await outcomes).map((outcome) =>
        outcome.status === 'rejected' ? (outcome.reason as { code: string }).code : '',
      ),
    ).toEqual(['cancelled', 'cancelled']);
    expect(isAborted).toBe(true);
  });

  it('fails nothing, whatever the server allows, and however commands come and go', async () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('begin' as const), count: fc.integer({ min: 1, max: 15 }) }),
      fc.record({ type: fc.constant('finish' as const), count: fc.integer({ min: 1, max: 15 }) }),
      fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
      fc.record({ type: fc.constant('kill' as const), isNoticed: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(step, { maxLength: 25 }),
        async (mostSessions, steps) => {
          const time = new ManualClock();
          const own = createFakeServer(mostSessions);
          const shared = new SshPool({ clock: time, random: () => 0, target: async () => home, connect: own.connect });
          let begun = 0;
          const failures: unknown[] = [];
          const add = (): void => {
            begun += 1;
            shared.exec('one', 'x').then(
              () => undefined,
              (error: unknown) => failures.push(error),
            );
          };
          for (const one of steps) {
            if (one.type === 'begin') for (let n = 0; n < one.count; n += 1) add();
            else if (one.type === 'finish')
              for (let n = 0; n < one.count; n += 1) own.links.find(({ sessions }) => sessions > 0)?.finishOne();
            else if (one.type === 'kill') own.open[0]?.cut(one.isNoticed);
            await time.advance(one.type === 'wait' ? one.ms : 0);
            for (const { sessions } of own.open) expect(sessions).toBeLessThanOrEqual(mostSessions);
            expect(own.open.length).toBeLessThanOrEqual(20);
          }
          // Whoever waits gets its turn as others end.
          for (let turn = 0; turn < begun; turn += 1) {
            for (const link of own.links) link.finishOne();
            await time.advance(2000);
          }
          await time.advance(120_000);
          expect(failures).toEqual([]);
          expect(shared.sessions).toBe(0);
          expect(own.open).toHaveLength(0);
          expect(time.pending).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });
});
