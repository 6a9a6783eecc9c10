import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type SetUp, setUp } from './setUp.ts';

/** What a deletion leaves in the volumes of an application, as the next machine of the same name finds them. */
let world: SetUp;
beforeAll(async () => {
  world = await setUp({}, { DOKPLOY_MACHINE_KIND: 'application', DOKPLOY_VOLUMES: 'shared:/shared' });
}, 180_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);

beforeEach(async (context) => {
  if (world.dokploy.machines !== 'docker') context.skip('without containers there are no volumes');
  await world.devPod.succeed('create');
  const written = 'mkdir -p /var/lib/devpod/a/b && touch /var/lib/devpod/a/b/own /var/lib/devpod/.own /shared/any';
  const { code, stderr } = await world.devPod.command(written);
  if (code !== 0) throw new Error(stderr);
});

/** Deletes the machine and makes it again; gives what is in the volumes then, and what was said. */
async function madeAgain(env: Readonly<Record<string, string>> = {}): Promise<{ files: string[]; said: string }> {
  const { stderr } = await world.devPod.succeed('delete', { env });
  expect(world.dokploy.services()).toEqual([]);
  await world.devPod.succeed('create');
  const { stdout } = await world.devPod.command('find /var/lib/devpod /shared -type f | sort');
  await world.devPod.command('rm -rf /var/lib/devpod/a /var/lib/devpod/.own /shared/any');
  return { files: stdout.toString().trim().split('\n'), said: stderr };
}

it('empties those that were made for the machine, and no other one', async () => {
  const { files, said } = await madeAgain();
  expect(files).toEqual(['/shared/any']);
  expect(said).toContain('Its volumes were emptied');
  expect(said).toContain('“shared” stays on the server as it is');
});

it('starts a machine that is stopped to empty them', async () => {
  await world.devPod.succeed('stop');
  expect((await madeAgain()).files).toEqual(['/shared/any']);
});

it('keeps what is in them when that was asked for', async () => {
  const { files } = await madeAgain({ DOKPLOY_KEEP_VOLUMES: 'true' });
  expect(files).toEqual(['/shared/any', '/var/lib/devpod/.own', '/var/lib/devpod/a/b/own']);
});

it('deletes a machine that nobody can log in to, and says that they stay', async () => {
  await rm(join(world.devPod.machineFolder, 'id_devpod_rsa'));
  const { files, said } = await madeAgain();
  expect(files).toEqual(['/shared/any', '/var/lib/devpod/.own', '/var/lib/devpod/a/b/own']);
  expect(said).toMatch(/cannot be emptied: The key of the machine is missing[^]*stay on the server as they are/);
});
