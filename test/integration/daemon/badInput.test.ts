import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
const unknown = '01890000-0000-7000-8000-000000000000';

beforeAll(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
});

afterAll(() => yard[Symbol.asyncDispose]());

const create = (body: Record<string, unknown>) => client.call('codeServers.create', { body: body as { name: string } });
const refusal = (code: string, field: string) => ({ code, field, hint: expect.stringMatching(/\w/) as string });

describe('what cannot be', () => {
  it.each(['a\nb', 'a/b', String.raw`..\x`, '..', '', ' ', 'x'.repeat(65), 'a\0'])(
    'a server named %j',
    async (name) => {
      await expect(create({ name })).rejects.toMatchObject({ ...refusal('invalid', 'name'), status: 422 });
    },
  );

  it('a folder that does not exist, is a file, is no absolute path, or may not be read', async () => {
    const file = join(yard.path, 'file');
    await writeFile(file, '');
    const locked = join(yard.path, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o000);
    await expect(create({ name: 'x', folder: join(yard.path, 'nowhere') })).rejects.toMatchObject(
      refusal('folder-missing', 'folder'),
    );
    await expect(create({ name: 'x', folder: file })).rejects.toMatchObject(refusal('folder-missing', 'folder'));
    await expect(create({ name: 'x', folder: 'relative' })).rejects.toMatchObject(refusal('invalid', 'folder'));
    if (process.getuid?.() !== 0) {
      await expect(create({ name: 'x', folder: locked })).rejects.toMatchObject(refusal('folder-denied', 'folder'));
    }
  });

  it('arguments and variables that are Devyard’s own, or keys that there are none of', async () => {
    await expect(create({ name: 'x', args: ['--auth=none'] })).rejects.toMatchObject(refusal('invalid', 'args.0'));
    await expect(create({ name: 'x', env: { DEVYARD_RUN: '1' } })).rejects.toMatchObject(
      refusal('invalid', 'env.DEVYARD_RUN'),
    );
    await expect(create({ name: 'x', colour: 'red' })).rejects.toMatchObject({ status: 422 });
    await expect(create({ name: 'x', port: 22 })).rejects.toMatchObject(refusal('invalid', 'port'));
    await expect(
      client.call('settings.patch', { body: { portRange: { start: 9000, end: 8000 } } }),
    ).rejects.toMatchObject(refusal('invalid', 'portRange'));
    expect(await client.call('codeServers.list', {})).toEqual([]);
  });

  it('an unknown id', async () => {
    for (const operation of ['codeServers.get', 'codeServers.stop'] as const) {
      await expect(client.call(operation, { params: { id: unknown } })).rejects.toMatchObject({
        ...refusal('not-found', 'id'),
        status: 404,
      });
    }
    await expect(client.call('codeServers.delete', { params: { id: unknown }, query: {} })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('a second start, or a stop of what is stopped', async () => {
    const { id } = await yard.create(client, 'twice');
    await expect(client.call('codeServers.stop', { params: { id } })).rejects.toMatchObject({
      code: 'wrong-state',
      status: 409,
    });
    await client.call('codeServers.start', { params: { id }, body: { wait: true } });
    await expect(client.call('codeServers.start', { params: { id }, body: {} })).rejects.toMatchObject({
      code: 'wrong-state',
      status: 409,
    });
    await client.call('codeServers.delete', { params: { id }, query: {} });
    expect(await yard.processes()).toEqual([]);
  });
});

describe('a code-server executable', () => {
  const wrapper = async (name: string, text: string): Promise<string> => {
    const path = join(yard.path, name);
    await writeFile(path, text);
    await chmod(path, 0o755);
    return path;
  };

  it('that is missing, too old or none at all is said as such, with what to do', async () => {
    const { id } = await yard.create(client, 'engineless');
    const start = () => client.call('codeServers.start', { params: { id }, body: {} });
    const use = (codeServerPath: string) => client.call('settings.patch', { body: { codeServerPath } });
    await use(join(yard.path, 'nothing-here'));
    await expect(start()).rejects.toMatchObject({
      code: 'engine-missing',
      status: 503,
      hint: expect.stringContaining('setting') as string,
    });
    await use(await wrapper('old', '#!/bin/sh\necho 4.9.1 abc with Code 1.80.0\n'));
    await expect(start()).rejects.toMatchObject({
      code: 'engine-too-old',
      message: expect.stringContaining('4.9.1') as string,
    });
    expect((await client.call('engine.get', {})).status).toBe('tooOld');
    await use(await wrapper('other', '#!/bin/sh\necho hello\n'));
    await expect(start()).rejects.toMatchObject({ code: 'engine-missing' });
    await use('');
    expect((await client.call('engine.get', {})).status).toBe('ready');
    await client.call('codeServers.delete', { params: { id }, query: {} });
  });

  it('that cannot be executed for its interpreter leaves the server failed, not lost', async () => {
    const { id } = await yard.create(client, 'broken');
    const path = await wrapper('flips', '#!/bin/sh\necho 4.139.1 abc with Code 1.139.1\n');
    await client.call('settings.patch', { body: { codeServerPath: path } });
    await client.call('engine.get', {});
    await expect(client.call('codeServers.start', { params: { id }, body: { wait: true } })).rejects.toMatchObject({
      code: 'start-failed',
    });
    expect((await client.call('codeServers.get', { params: { id } })).state.status).toBe('failed');
    await client.call('settings.patch', { body: { codeServerPath: '' } });
    await client.call('codeServers.delete', { params: { id }, query: {} });
  });
});

describe('a folder', () => {
  it('that vanished since keeps the server from starting, and nothing else', async () => {
    const { id, folder } = await yard.create(client, 'vanished');
    await rm(folder, { recursive: true });
    await expect(client.call('codeServers.start', { params: { id }, body: {} })).rejects.toMatchObject(
      refusal('folder-missing', 'folder'),
    );
    expect((await client.call('codeServers.delete', { params: { id }, query: {} })).kept).toEqual([folder]);
  });

  it('that existed before is never erased; one that Devyard made is, or is kept on request', async () => {
    const foreign = await yard.create(client, 'foreign');
    await expect(
      client.call('codeServers.delete', { params: { id: foreign.id }, query: { keepWorkspace: 'false' } }),
    ).rejects.toMatchObject(refusal('invalid', 'keepWorkspace'));
    expect((await client.call('codeServers.delete', { params: { id: foreign.id }, query: {} })).kept).toEqual([
      foreign.folder,
    ]);
    const own = await create({ name: 'own' });
    expect(own.folder.startsWith(yard.dataDir)).toBe(true);
    const outside = join(yard.path, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'precious'), '');
    await symlink(outside, join(own.folder, 'link'));
    expect((await client.call('codeServers.delete', { params: { id: own.id }, query: {} })).erased).toContain(
      own.folder,
    );
    await writeFile(join(outside, 'precious'), 'still here');
    const kept = await create({ name: 'kept' });
    expect(
      (await client.call('codeServers.delete', { params: { id: kept.id }, query: { keepWorkspace: 'true' } })).kept,
    ).toEqual([kept.folder]);
    await writeFile(join(kept.folder, 'mine'), 'still here');
  });
});

describe('creating', () => {
  it('twice with one Idempotency-Key gives one server', async () => {
    const body = { name: 'once' };
    const options = { idempotencyKey: 'key-1' };
    const [a, b] = await Promise.all([1, 2].map(() => client.call('codeServers.create', { body }, options)));
    expect(a?.id).toBe(b?.id);
    expect((await client.call('codeServers.list', {})).filter(({ name }) => name === 'once')).toHaveLength(1);
  });

  it('names the range and who holds it when there is no port left, and uses a port again after a deletion', async () => {
    const { id, port } = await create({ name: 'holder' });
    const { portRange } = await client.call('settings.get', {});
    await client.call('settings.patch', { body: { portRange: { start: port, end: port } } });
    await expect(create({ name: 'late' })).rejects.toMatchObject({
      code: 'ports-exhausted',
      message: expect.stringMatching(new RegExp(`${String(port)}.*holder`)) as string,
    });
    await client.call('codeServers.delete', { params: { id }, query: {} });
    expect((await create({ name: 'late' })).port).toBe(port);
    await client.call('settings.patch', { body: { portRange } });
  });
});
