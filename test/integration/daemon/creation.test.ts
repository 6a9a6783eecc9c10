import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import type { Job } from '../../../src/api/contract/jobs.ts';
import { rawTarGz, rawZip } from '../../support/rawArchives.ts';
import { openHttpBackend } from '../git/httpBackend.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;

beforeAll(async () => {
  yard = await Yard.open();
  await yard.start();
  client = await yard.client();
});

afterAll(() => yard[Symbol.asyncDispose]());

/** Whatever a test made must be gone with its servers. */
afterEach(async () => {
  for (const { id } of await client.call('codeServers.list', {}))
    await client.call('codeServers.delete', { params: { id }, query: {} });
  const left = await leftovers();
  if (left.length > 0) throw new Error(`what was made is not gone: ${left.join(', ')}`);
});

const leftovers = async (): Promise<string[]> => [
  ...(await readdir(join(yard.dataDir, 'workspaces'))),
  ...(await readdir(join(yard.dataDir, 'code-servers'))),
];

async function archive(name: string, bytes: Buffer): Promise<string> {
  const path = join(yard.path, name);
  await writeFile(path, bytes);
  return path;
}

async function repository(name: string): Promise<string> {
  const path = join(yard.path, name);
  await mkdir(path, { recursive: true });
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], {
      cwd: path,
      stdio: 'pipe',
    });
  git('init', '-q', '-b', 'main');
  await writeFile(join(path, 'hello.txt'), 'hello\n');
  git('add', '.');
  git('commit', '-q', '-m', 'One');
  git('branch', 'side');
  return path;
}

const create = (body: Parameters<typeof client.call<'codeServers.create'>>[1]['body']): Promise<CodeServer> =>
  client.call('codeServers.create', { body: { wait: true, ...body } });

const jobOf = async (id: string): Promise<Job | undefined> =>
  (await client.call('jobs.list', {})).findLast(({ resourceId }) => resourceId === id);

async function ended(id: string): Promise<Job> {
  let job: Job | undefined;
  await expect
    .poll(async () => (job = await client.call('jobs.get', { params: { id } })).state.status)
    .not.toBe('running');
  if (job === undefined) throw new Error('there is no job');
  return job;
}

describe('a code-server', () => {
  it('is made from an archive, which stays where it was', async () => {
    const path = await archive(
      'site.zip',
      rawZip([
        { name: 'src/a.txt', content: 'A' },
        { name: 'b.txt', content: 'B' },
      ]),
    );
    const server = await create({ name: 'from archive', source: { type: 'archive', path } });
    expect(server).toMatchObject({
      state: { status: 'stopped' },
      folderOwned: true,
      origin: { type: 'archive', name: 'site.zip' },
    });
    expect(await readFile(join(server.folder, 'src/a.txt'), 'utf8')).toBe('A');
    expect((await jobOf(server.id))?.state.status).toBe('succeeded');
    expect((await readFile(path)).length).toBeGreaterThan(0);
    // Opened quietly, in dark colours unless somebody says otherwise.
    const settings = join(yard.dataDir, 'code-servers', server.id, 'user-data', 'User', 'settings.json');
    expect(JSON.parse(await readFile(settings, 'utf8'))).toMatchObject({ 'workbench.startupEditor': 'none' });
  });

  it('is made from a repository, by path and branch', async () => {
    const url = await repository('repo');
    const server = await create({ name: 'from git', source: { type: 'git', url, branch: 'side' } });
    expect(server.origin).toEqual({ type: 'git', url, branch: 'side' });
    expect(await readFile(join(server.folder, 'hello.txt'), 'utf8')).toBe('hello\n');
    const { entries } = await client.call('codeServers.logs', { params: { id: server.id }, query: {} });
    expect(entries.map((entry) => ('text' in entry ? entry.text : '')).join('\n')).toContain('Cloning into');
  });

  it('answers at once unless it is asked to wait, and the same key makes no second one', async () => {
    const url = await repository('repo-key');
    const body = { name: 'twice', source: { type: 'git', url } } as const;
    const options = { idempotencyKey: 'one-and-only' };
    const [first, second] = await Promise.all([
      client.call('codeServers.create', { body }, options),
      client.call('codeServers.create', { body: { ...body, wait: true } }, options),
    ]);
    expect(second.id).toBe(first.id);
    expect(second.state.status).toBe('stopped');
    expect(await client.call('codeServers.list', {})).toHaveLength(1);
  });

  it.each([
    ['--upload-pack=touch /tmp/x', 'source.url'],
    ['ext::sh -c true', 'source.url'],
    ['https://user:secret@127.0.0.1/x.git', 'source.url'],
    ['relative/path', 'source.url'],
  ])('is not made from %s', async (url, field) => {
    await expect(create({ name: 'x', source: { type: 'git', url } })).rejects.toMatchObject({ status: 422, field });
    expect(await client.call('codeServers.list', {})).toEqual([]);
  });

  it.each<[what: string, archive: () => Buffer, words: RegExp]>([
    ['climbs out', () => rawZip([{ name: '../evil', content: 'x' }]), /evil/],
    ['is cut off', () => rawZip([{ name: 'a', content: 'x'.repeat(5000) }]).subarray(0, 60), /damaged|archive/],
    ['is no archive', () => Buffer.from('hello'), /archive/],
    [
      'is a tar.gz that is cut off',
      () => rawTarGz([{ name: 'a', content: 'x'.repeat(5000) }]).subarray(0, 40),
      /damaged/,
    ],
  ])('is not made from an archive that %s, and nothing of it is left', async (_, bytes, words) => {
    const path = await archive('bad.zip', bytes());
    const failing = create({ name: 'bad', source: { type: 'archive', path } });
    await expect(failing).rejects.toMatchObject({
      status: 422,
      field: 'source.path',
      message: expect.stringMatching(words),
    });
    expect(await client.call('codeServers.list', {})).toEqual([]);
    expect(await leftovers()).toEqual([]);
    // The port is free again: the next server gets the same one.
    const next = await create({ name: 'next' });
    expect(next.port).toBe((await client.call('settings.get', {})).portRange.start);
  });

  it('takes one of folder and source, and names templates and groups that there are not', async () => {
    const path = await archive('c.zip', rawZip([{ name: 'a', content: '' }]));
    await expect(create({ name: 'x', folder: yard.path, source: { type: 'archive', path } })).rejects.toMatchObject({
      field: 'source',
    });
    await expect(create({ name: 'x', source: { type: 'template', name: 'none' } })).rejects.toMatchObject({
      field: 'source.name',
    });
    await expect(create({ name: 'x', extensionGroups: ['nope'] })).rejects.toMatchObject({
      field: 'extensionGroups.0',
      hint: expect.stringContaining('python'),
    });
    await expect(create({ name: 'x', extensions: ['not an id'] })).rejects.toMatchObject({ field: 'extensions.0' });
  });

  it('is filled later, while it is stopped and empty, and never over what is there', async () => {
    const path = await archive('fill.zip', rawZip([{ name: 'a.txt', content: 'A' }]));
    const source = { type: 'archive', path } as const;
    const { id, folder } = await create({ name: 'later' });
    const fill = (): Promise<Job> => client.call('codeServers.fillWorkspace', { params: { id }, body: { source } });
    await client.call('codeServers.start', { params: { id }, body: { wait: true } });
    await expect(fill()).rejects.toMatchObject({ code: 'wrong-state' });
    await client.call('codeServers.stop', { params: { id } });
    expect((await ended((await fill()).id)).state.status).toBe('succeeded');
    expect(await readdir(folder)).toEqual(['a.txt']);
    await expect(fill()).rejects.toMatchObject({ code: 'conflict' });
    const foreign = await create({ name: 'foreign', folder: await yard.folder('foreign') });
    await expect(
      client.call('codeServers.fillWorkspace', { params: { id: foreign.id }, body: { source } }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is duplicated with its files, settings and arguments, and nothing that is its own', async () => {
    const path = await archive('dup.tar.gz', rawTarGz([{ name: 'a.txt', content: 'A' }]));
    const settings = { 'editor.tabSize': 3 };
    const first = await create({
      name: 'first',
      source: { type: 'archive', path },
      settings,
      env: { A: 'b' },
      autoStart: true,
    });
    const body = { wait: true };
    const second = await client.call('codeServers.duplicate', { params: { id: first.id }, body });
    expect(second).toMatchObject({ name: 'first copy', env: { A: 'b' }, autoStart: false, folderOwned: true });
    expect(second.port).not.toBe(first.port);
    expect(await readFile(join(second.folder, 'a.txt'), 'utf8')).toBe('A');
    await writeFile(join(second.folder, 'a.txt'), 'changed');
    expect(await readFile(join(first.folder, 'a.txt'), 'utf8')).toBe('A');
    const file = join(yard.dataDir, 'code-servers', second.id, 'user-data', 'User', 'settings.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject(settings);
    await rm(second.folder, { recursive: true });
    await expect(
      client.call('codeServers.duplicate', { params: { id: second.id }, body: { wait: true } }),
    ).rejects.toMatchObject({ code: 'folder-missing', message: expect.stringContaining(second.folder) });
    // A folder that is not Devyard's is opened by both.
    const third = await create({ name: 'third', folder: await yard.folder('shared') });
    const fourth = await client.call('codeServers.duplicate', { params: { id: third.id }, body });
    expect([fourth.folder, fourth.folderOwned]).toEqual([third.folder, false]);
  });
});

describe('a clone that takes its time', () => {
  beforeAll(async () => {
    await repository('slow');
  });

  it('is cancelled: git is gone, and so is the server', async () => {
    await using backend = await openHttpBackend({ root: yard.path, silent: true });
    const { id, state } = await client.call('codeServers.create', {
      body: { name: 'slow', source: { type: 'git', url: `${backend.origin}/slow` } },
    });
    expect(state.status).toBe('creating');
    await backend.asked;
    await expect(client.call('codeServers.start', { params: { id }, body: {} })).rejects.toMatchObject({
      code: 'wrong-state',
    });
    const job = await jobOf(id);
    const cancelled = await client.call('jobs.cancel', { params: { id: job?.id ?? '' } });
    expect(cancelled.state.status).toBe('cancelled');
    expect(await client.call('codeServers.list', {})).toEqual([]);
    await expect.poll(() => yard.processes()).toEqual([]);
  });

  it('ends when its server is deleted', async () => {
    await using backend = await openHttpBackend({ root: yard.path, silent: true });
    const body = { name: 'slow', source: { type: 'git', url: `${backend.origin}/slow` } } as const;
    const { id } = await client.call('codeServers.create', { body });
    await backend.asked;
    await client.call('codeServers.delete', { params: { id }, query: {} });
    expect(await client.call('codeServers.list', {})).toEqual([]);
    await expect.poll(() => yard.processes()).toEqual([]);
  });

  it('goes on in the next daemon when this one is killed', async () => {
    await using backend = await openHttpBackend({ root: yard.path, silent: true });
    const port = Number(new URL(backend.origin).port);
    const body = {
      name: 'survivor',
      source: { type: 'git', url: `${backend.origin}/slow/.git` },
      start: true,
    } as const;
    const { id } = await client.call('codeServers.create', { body });
    await backend.asked;
    await yard.kill();
    // Nothing is left of git without its daemon.
    await expect.poll(() => yard.processes()).toEqual([]);
    await backend[Symbol.asyncDispose]();
    await using answering = await openHttpBackend({ root: yard.path, port });
    await yard.start();
    client = await yard.client();
    const server = await yard.until(client, id, ({ state }) => state.status === 'running');
    expect(await readFile(join(server.folder, 'hello.txt'), 'utf8')).toBe('hello\n');
    expect(await readdir(join(yard.dataDir, 'workspaces', id))).toEqual(['survivor']);
    expect((await jobOf(id))?.state.status).toBe('succeeded');
    expect(answering.requests.length).toBeGreaterThan(0);
  });
});
