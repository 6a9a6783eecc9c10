import { createServer, connect, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningVerb } from './devPod.ts';
import { type SetUp, setUp } from './setUp.ts';

/**
 * A provider that waits has nothing open between two looks: no timer, no connection, no input. It goes on all the same, and
 * whatever becomes of it, it says so.
 */
let world: SetUp;
beforeAll(async () => {
  world = await setUp();
}, 180_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);

/** Ports are published on 127.0.0.1: nothing listens here until a test says so. */
const elsewhere = { DOKPLOY_SSH_HOST: '127.0.0.2', DEVPOD_LOG_LEVEL: 'debug' };

function said({ child, ended }: RunningVerb, words: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let heard = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      const found = words.exec((heard += chunk.toString()));
      if (found !== null) resolve(found);
    });
    void ended.then(({ code }) => reject(new Error(`ended with ${String(code)}: ${heard}`)));
  });
}

async function listenElsewhere(port: number): Promise<Server> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on('error', () => [near, far].forEach((one) => one.destroy()));
  });
  server.listen(port, elsewhere.DOKPLOY_SSH_HOST);
  await once(server, 'listening');
  return server;
}

/** Resolves when the server was asked so often from now on. */
async function asked(times: number): Promise<void> {
  world.dokploy.resetCounts();
  await expect.poll(() => world.dokploy.requests.length, { timeout: 30_000 }).toBeGreaterThan(times);
}

describe('while nobody can log in yet', () => {
  it.each(['create', 'start'] as const)('%s waits for it', async (verb) => {
    const running = world.devPod.start(verb, { env: elsewhere });
    const [, port] = await said(running, /Nothing listens on 127\.0\.0\.2:(\d+)/);
    const server = await listenElsewhere(Number(port));
    const { code, stderr } = await running.ended;
    server.close();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Ready') });
  });

  it.each([
    ['create', 'SIGINT', 130],
    ['start', 'SIGTERM', 143],
    ['start', 'SIGHUP', 129],
  ] as const)('%s ends by %s and says so', async (verb, signal, expected) => {
    const running = world.devPod.start(verb, { env: elsewhere });
    await said(running, /Nothing listens/);
    running.child.kill(signal);
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringContaining(`Ended by ${signal}`) });
  });
});

it('says so also when it is asked to end twice, whichever comes first', async () => {
  const running = world.devPod.start('start', { env: elsewhere });
  await said(running, /Nothing listens/);
  running.child.kill('SIGINT');
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  expect([130, 143]).toContain(code);
  expect(stderr).toMatch(/Ended by SIG(?:INT|TERM); run it again to go on\.\n$/);
});

describe('while Dokploy is slow', () => {
  it('create waits for the deployment', async () => {
    const other = await world.devPod.machine('other');
    const gate = world.dokploy.hold('worker.pull');
    const { ended } = other.start('create');
    await gate.reached;
    await asked(5);
    gate.release();
    const { code, stdout } = await ended;
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: expect.stringContaining('PORT=') });
  });

  it.each(['stop', 'start', 'delete'] as const)('%s waits for what it began', async (verb) => {
    const gate = world.dokploy.hold(`compose.${verb}`);
    const { ended } = world.devPod.start(verb);
    await gate.reached;
    const isStart = verb === 'start';
    // A start looks meanwhile; the others wait for their answer.
    if (isStart) await asked(5);
    gate.release();
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/Ready|Stopping|Removing/) });
  });
});

it.each(['init', 'create', 'start', 'stop', 'delete', 'status', 'command'] as const)(
  'a “%s” that fails says why',
  async (verb) => {
    const machine = await world.devPod.machine('failing');
    const env = { DOKPLOY_API_TOKEN: 'wrong-key-1234', COMMAND: 'true' };
    const { code, stdout, stderr } = await machine.run(verb, { env });
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^devyard: .+\n/),
    });
  },
);
