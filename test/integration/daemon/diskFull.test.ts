import { randomBytes } from 'node:crypto';
import { readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import { rawZip } from '../../support/rawArchives.ts';
import { SmallDisk } from './smallDisk.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let disk: SmallDisk | undefined;

beforeEach(async ({ skip }) => {
  yard = await Yard.open();
  disk = await SmallDisk.mount(yard);
  if (disk === undefined) skip('a small file system can only be mounted by root');
  await yard.start();
  client = await yard.client();
});

afterEach(async () => {
  await disk?.drain();
  try {
    await yard.finish();
  } finally {
    disk?.unmount();
    disk = undefined;
    await yard[Symbol.asyncDispose]();
  }
});

const fill = async (): Promise<void> => disk?.fill();
const drain = async (): Promise<void> => disk?.drain();
const start = (id: string) => client.call('codeServers.start', { params: { id }, body: { wait: true } });
const list = async (): Promise<string[]> =>
  (await client.call('codeServers.list', {})).map(({ name, state }) => `${name} ${state.status}`);

it('on a full disk wishes are refused, facts are kept, a deletion works, and nothing is lost', async () => {
  const { id } = await yard.create(client, 'a');
  const { id: doomed } = await yard.create(client, 'doomed');
  await fill();
  await expect(yard.create(client, 'b')).rejects.toMatchObject({
    code: 'disk-full',
    status: 507,
    hint: expect.stringContaining('Free') as string,
  });
  await expect(start(id)).rejects.toMatchObject({ code: 'disk-full' });
  expect(await list()).toEqual(['a stopped', 'doomed stopped']);
  expect(await yard.processes()).toEqual([]);
  await drain();
  await start(id);
  await fill();
  await client.call('codeServers.stop', { params: { id } });
  await client.call('codeServers.delete', { params: { id: doomed }, query: {} });
  expect(await list()).toEqual(['a stopped']);
  expect(await yard.processes()).toEqual([]);
  await drain();
  await yard.kill();
  await yard.start();
  client = await yard.client();
  expect(await list()).toEqual(['a stopped']);
  expect((await start(id)).state.status).toBe('running');
});

it('a daemon that cannot be started for want of space says so, and serves when there is some', async () => {
  const { id } = await yard.create(client, 'kept');
  const { state } = await start(id);
  await yard.kill();
  await rm(join(yard.dataDir, 'daemon.json'));
  await fill();
  expect(await yard.start()).toMatchObject({ ready: false, error: { code: 'disk-full' } });
  await drain();
  await yard.start();
  client = await yard.client();
  const again = await client.call('codeServers.get', { params: { id } });
  expect(again.state).toMatchObject({
    status: 'running',
    run: { pid: state.status === 'running' ? state.run.pid : 0 },
  });
});

it('an archive that does not fit leaves nothing half-made: no server, no folder, no port, and the space is free again', async () => {
  const path = join(yard.path, 'large.zip');
  const entries = Array.from({ length: 40 }, (_, index) => ({
    name: `part-${String(index)}`,
    content: randomBytes(1_000_000),
  }));
  await writeFile(path, rawZip(entries));
  const free = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(yard.dataDir);
    return bavail * bsize;
  };
  const before = await free();
  const body = { name: 'large', source: { type: 'archive', path }, wait: true } as const;
  await expect(client.call('codeServers.create', { body })).rejects.toMatchObject({
    code: 'disk-full',
    status: 507,
    hint: expect.stringContaining('Free') as string,
  });
  expect(await list()).toEqual([]);
  expect(await readdir(join(yard.dataDir, 'workspaces'))).toEqual([]);
  expect(await readdir(join(yard.dataDir, 'code-servers'))).toEqual([]);
  // The logs and the database have grown a little.
  expect(before - (await free())).toBeLessThan(2_000_000);
  expect((await yard.create(client, 'next')).port).toBe((await client.call('settings.get', {})).portRange.start);
});
