import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SetUp, setUp } from './setUp.ts';

/** A server and a key that are no good, each told from the others. */
let world: SetUp;
beforeAll(async () => {
  world = await setUp({ machines: 'none' });
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

async function words(env: Readonly<Record<string, string>>): Promise<string> {
  const { code, stdout, stderr } = await world.devPod.run('init', { env });
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
  return stderr;
}

it('takes a good one', async () => {
  const { stdout, stderr } = await world.devPod.succeed('init');
  expect({ stdout: stdout.toString(), stderr }).toEqual({
    stdout: expect.stringContaining('Dokploy v0.30.2 answers'),
    stderr: '',
  });
});

it('works by the line of provider.yaml, which says so where there is no devyard', async () => {
  expect((await world.devPod.runLine('init')).code).toBe(0);
  const { code, stderr } = await world.devPod.runLine('init', { env: { DEVYARD_PROVIDER: '/nowhere/devyard' } });
  expect({ code, stderr }).toEqual({ code: 127, stderr: expect.stringMatching(/^devyard is not on PATH.*\n$/) });
});

it('names the provider as DevPod does, where it is told', async () => {
  const env = { DOKPLOY_SERVER_URL: 'ftp://dokploy', PROVIDER_ID: 'mine' };
  expect((await world.devPod.run('status', { env })).stderr).toContain('devpod provider set-options mine -o DOKPLOY_S');
});

it('cannot reach a server', async () => {
  expect(await words({ DOKPLOY_SERVER_URL: 'http://127.0.0.1:9' })).toContain('could not be reached');
});

it('does not know the key', async () => {
  expect(await words({ DOKPLOY_API_TOKEN: 'never-was-one' })).toContain('does not know the API key');
});

it('knew the key, which was deleted', async () => {
  const key = world.dokploy.keys.create();
  const env = { DOKPLOY_API_TOKEN: key };
  await world.devPod.succeed('init', { env });
  world.dokploy.keys.revoke(key);
  const said = await words(env);
  expect(said).toContain('no longer takes the API key');
  expect(said).not.toContain(key);
});

it('has a key that is good for a few calls a day', async () => {
  const key = world.dokploy.keys.create({ limited: true });
  expect(await words({ DOKPLOY_API_TOKEN: key })).toContain('takes no more calls with this API key today');
});

it.each([
  ['DOKPLOY_SERVER_URL', ''],
  ['DOKPLOY_MEMORY', 'much'],
  ['DOKPLOY_SERVER_ID', 'nosuchserver'],
])('names %s when it is “%s”', async (name, value) => {
  expect(await words({ [name]: value })).toContain(`devyard: ${name} `);
});
