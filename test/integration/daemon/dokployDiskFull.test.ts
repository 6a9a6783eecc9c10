import { afterEach, beforeEach, expect, it } from 'vitest';
import { leftoversOf, nothing } from './dokployLeftovers.ts';
import { errorOf, outcomeOf } from './dokployShared.ts';
import { DokployYard, jobOf } from './dokployYard.ts';
import { SmallDisk } from './smallDisk.ts';

let yard: DokployYard;
let disk: SmallDisk | undefined;
const long = 120_000;
const fullDisk = { code: 'disk-full', hint: expect.stringContaining('Free') as string };

beforeEach(async ({ skip }) => {
  yard = await DokployYard.open({}, async (inner) => {
    disk = await SmallDisk.mount(inner);
  });
  if (disk === undefined) skip('a small file system can only be mounted by root');
  if (yard.dokploy.machines !== 'docker') skip('there is no Docker engine here');
});
afterEach(async () => {
  await disk?.drain();
  try {
    await yard.yard.finish();
  } finally {
    disk?.unmount();
    disk = undefined;
    await yard[Symbol.asyncDispose]();
  }
});

it(
  'what is wished on a full disk is refused and leaves nothing, here or on the server; what is there goes on',
  async () => {
    const { id } = await yard.create('kept');
    const before = await leftoversOf(yard);
    await disk?.fill();
    const refused = { ...fullDisk, status: 507 };
    await expect(yard.begin('unborn')).rejects.toMatchObject(refused);
    await expect(yard.remove(id)).rejects.toMatchObject(refused);
    expect(await yard.say(id, 'echo in')).toBe('in');
    expect((await yard.ask(id)).state.status).toBe('running');
    expect(await leftoversOf(yard)).toEqual(before);
    await disk?.drain();
    await yard.killAndStart();
    expect(await leftoversOf(yard)).toEqual(before);
    expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
    expect(await leftoversOf(yard)).toEqual(nothing);
  },
  long,
);

it.each([
  ['application.create', 'after'],
  ['docker.getServiceContainersByAppName', 'before'],
] as const)(
  'a disk that is full at %s (%s) ends a creation with its reason, and a redeploy finishes it',
  async (call, stage) => {
    const gate = yard.dokploy.hold(call, stage);
    const { id } = await yard.begin('interrupted');
    await gate.reached;
    await disk?.fill();
    gate.release();
    const job = await jobOf(yard.client, id);
    expect(errorOf(job)).toMatchObject(fullDisk);
    expect((await yard.get(id)).state).toMatchObject({ status: 'failed', hint: fullDisk.hint });
    await disk?.drain();
    expect(outcomeOf(await yard.act('redeploy', id))).toBe('succeeded');
    expect((await yard.get(id)).state.status).toBe('running');
    expect(yard.dokploy.services()).toHaveLength(1);
    expect(await yard.say(id, 'echo in')).toBe('in');
    expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
    expect(await leftoversOf(yard)).toEqual(nothing);
  },
  long,
);

it(
  'what a daemon made before it died on a full disk is found again by the next one',
  async () => {
    const gate = yard.dokploy.hold('application.create', 'before');
    const { id } = await yard.begin('interrupted');
    await gate.reached;
    await disk?.fill();
    gate.release();
    expect(errorOf(await jobOf(yard.client, id))).toMatchObject(fullDisk);
    // Even that it failed could not be written.
    await yard.yard.kill();
    await disk?.drain();
    await yard.startAgain();
    expect(outcomeOf(await jobOf(yard.client, id))).toBe('succeeded');
    expect(yard.dokploy.services()).toHaveLength(1);
    expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
    expect(await leftoversOf(yard)).toEqual(nothing);
  },
  long,
);
