import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../support/dokploy/faults.ts';
import { type SetUp, setUp } from './setUp.ts';

/** What DevPod is told of a machine, and what it is never told. */
let world: SetUp;

beforeAll(async () => {
  world = await setUp();
  await world.devPod.succeed('create');
}, 180_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);
beforeEach(() => world.dokploy.resetCounts());

const faults: readonly (readonly [string, Fault])[] = [
  ['500', { status: 500 }],
  ['502 of a proxy', { status: 502, body: '<html>Bad Gateway</html>', contentType: 'text/html' }],
  ['429', { status: 429 }],
  ['a torn connection', 'torn-before'],
  ['half an answer', 'half-body'],
  ['JSON that ends too early', 'malformed-json'],
  ['a login page', 'login-page'],
];

describe('in doubt nothing is said', () => {
  it.each(faults)('%s', async (_, fault) => {
    const injection = world.dokploy.inject({ procedure: 'project.all', times: 50, fault });
    const { code, stdout, stderr } = await world.devPod.run('status');
    injection.cancel();
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^devyard: .*project\.all/);
  });

  it('a server that is down', async () => {
    await world.dokploy.goDown();
    const { code, stdout, stderr } = await world.devPod.run('status');
    await world.dokploy.comeUp();
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('could not be reached');
  });

  it('a key that is not taken', async () => {
    const { code, stdout, stderr } = await world.devPod.run('status', { env: { DOKPLOY_API_TOKEN: 'wrong-key-1234' } });
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('API key');
    expect(stderr).not.toContain('wrong-key-1234');
  });

  it('tasks that cannot be asked for', async () => {
    const injection = world.dokploy.inject({ procedure: /^docker\./, times: 50, fault: { status: 500 } });
    const { code, stdout } = await world.devPod.run('status');
    injection.cancel();
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
  });
});

describe('what is asked for', () => {
  it('is one listing and the tasks', async () => {
    expect(await world.devPod.status()).toBe('Running\n');
    expect(world.dokploy.requests.map(({ procedure }) => procedure).toSorted()).toEqual([
      expect.stringMatching(/^docker\./),
      'project.all',
    ]);
  });

  it('is found again when nothing was written down', async () => {
    await rm(join(world.devPod.machineFolder, 'devyard.json'));
    expect(await world.devPod.status()).toBe('Running\n');
    world.dokploy.resetCounts();
    expect(await world.devPod.status()).toBe('Running\n');
    expect(world.dokploy.requests).toHaveLength(2);
  });
});

it('says NotFound of another machine, and of the same one to another DevPod', async () => {
  const other = await world.devPod.machine('other');
  expect(await other.status()).toBe('NotFound\n');
  const env = { PROVIDER_FOLDER: world.devPod.machineFolder, MACHINE_FOLDER: other.machineFolder };
  const { code, stdout } = await world.devPod.run('status', { env });
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'NotFound\n' });
});

it('says Busy while it is deployed', async () => {
  const slow = await world.devPod.machine('slow');
  world.dokploy.deployTakes(60_000);
  const creating = slow.start('create');
  await new Promise<void>((resolve) => {
    creating.child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Deploying')) resolve();
    });
  });
  expect(await slow.status()).toBe('Busy\n');
  creating.child.kill('SIGTERM');
  const { code, stdout } = await creating.ended;
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 143, stdout: '' });
  world.dokploy.deployTakes(undefined);
});

it('works by the line of provider.yaml, in the shell that DevPod uses', async () => {
  const { code, stdout, stderr } = await world.devPod.runLine('status');
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 0, stdout: 'Running\n', stderr: '' });
});
