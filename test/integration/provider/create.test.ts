import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SetUp, setUp } from './setUp.ts';

/** A creation that is ended at every step, and many at once. */
let world: SetUp;
beforeEach(async () => {
  world = await setUp();
}, 180_000);
afterEach(() => world[Symbol.asyncDispose](), 60_000);

describe('a creation that is killed', () => {
  it.each([
    ['project.create', 'before'],
    ['project.create', 'after'],
    ['compose.create', 'before'],
    ['compose.create', 'after'],
    ['compose.update', 'after'],
    ['compose.deploy', 'before'],
    ['compose.deploy', 'after'],
  ] as const)('at %s, %s its work, makes one machine when it is run again', async (procedure, stage) => {
    const { dokploy, devPod } = world;
    const gate = dokploy.hold(procedure, stage);
    const { child, ended } = devPod.start('create');
    await gate.reached;
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    gate.release();
    await devPod.succeed('create');
    expect(await world.listed()).toEqual(['box']);
    expect(dokploy.services()).toHaveLength(1);
    expect(await devPod.status()).toBe('Running\n');
    await devPod.succeed('delete');
    expect({ services: dokploy.services(), orphans: dokploy.orphans() }).toEqual({ services: [], orphans: [] });
  });
});

it('gives five machines that are made at once five ports', async () => {
  const { devPod } = world;
  const machines = await Promise.all(['m1', 'm2', 'm3', 'm4', 'm5'].map((id) => devPod.machine(id)));
  const made = await Promise.all(machines.map((machine) => machine.succeed('create')));
  const ports = made.map(({ stdout }) => /PORT=(\d+)/.exec(stdout.toString())?.[1]);
  expect(new Set(ports).size).toBe(5);
  expect((await world.listed()).toSorted()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  for (const machine of machines) expect((await machine.command('exit 3')).code).toBe(3);
});

it('is made once when it is asked for twice at once', async () => {
  const { devPod } = world;
  await Promise.all([devPod.succeed('create'), devPod.succeed('create')]);
  expect(await world.listed()).toEqual(['box']);
});

it('shows no secret to anybody', async () => {
  const { dokploy, devPod } = world;
  const env = { DEVPOD_LOG_LEVEL: 'trace' };
  const outcomes = [await devPod.succeed('init', { env }), await devPod.succeed('create', { env })];
  for (const { stdout, stderr } of outcomes) expect(stdout.toString() + stderr).not.toContain(dokploy.key);
});

it('says what is wrong with an image that cannot be had, and makes it right afterwards', async () => {
  const { dokploy, devPod } = world;
  const { code, stderr } = await devPod.run('create', { env: { DOKPLOY_IMAGE: 'example.invalid/none:1' } });
  expect(code).toBe(1);
  expect(stderr).toContain('example.invalid/none');
  expect(dokploy.count('compose.create')).toBe(1);
  await devPod.succeed('create');
  expect(await world.listed()).toEqual(['box']);
});
