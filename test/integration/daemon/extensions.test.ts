import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureCodeServer } from '../../../scripts/lib/codeServer.mjs';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import type { Job } from '../../../src/api/contract/jobs.ts';
import { Gallery } from '../../support/gallery.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let gallery: Gallery;
let client: DevyardClient;

const config = `extension_groups:
  good:
    name: The good ones
    description: Two that install
    extensions: [devyard-test.one, devyard-test.two]
    user_settings:
      editor.tabSize: 2
      "[python]":
        editor.formatOnSave: true
  mixed:
    name: One is broken
    description: The third does not install
    extensions: [devyard-test.one, devyard-test.two, devyard-test.broken]
    user_settings:
      editor.tabSize: 8
`;

beforeAll(async () => {
  const { layout, reason } = { reason: undefined, ...(await ensureCodeServer()) };
  if (layout === undefined) throw new Error(reason);
  gallery = await Gallery.open([
    { publisher: 'devyard-test', name: 'one' },
    { publisher: 'devyard-test', name: 'two' },
    { publisher: 'devyard-test', name: 'broken', vsix: Buffer.from('no package') },
  ]);
  yard = await Yard.open();
  yard.env['PATH'] = `${dirname(layout.launcher)}:${process.env['PATH'] ?? ''}`;
  await writeFile(join(yard.dataDir, 'devbox.yaml'), config);
  await yard.start();
  client = await yard.client();
  await client.call('settings.patch', { body: { extensionGallery: gallery.url } });
}, 300_000);

afterAll(async () => {
  await yard[Symbol.asyncDispose]();
  await gallery[Symbol.asyncDispose]();
});

const settingsOf = ({ id }: CodeServer): Promise<string> =>
  readFile(join(yard.dataDir, 'code-servers', id, 'user-data', 'User', 'settings.json'), 'utf8');

async function ended(id: string): Promise<Job> {
  for await (const { event } of client.events(undefined, AbortSignal.timeout(60_000))) {
    const job =
      event.type === 'hello'
        ? await client.call('jobs.get', { params: { id } })
        : event.type === 'job.changed' && event.job.id === id
          ? event.job
          : undefined;
    if (job !== undefined && job.state.status !== 'running') return job;
  }
  throw new Error('the event stream ended');
}

it('one of three fails: the server is there with two, and the reason is said', async () => {
  const created = await client.call('codeServers.create', {
    body: { name: 'mixed', extensionGroups: ['mixed'], wait: true },
  });
  expect(created).toMatchObject({
    state: { status: 'stopped' },
    extensions: ['devyard-test.one', 'devyard-test.two'],
    extensionGroups: ['mixed'],
  });
  const job = (await client.call('jobs.list', {})).findLast(({ resourceId }) => resourceId === created.id);
  expect(job?.state).toMatchObject({
    status: 'partial',
    error: { message: expect.stringMatching(/^1 of 3 failed\. devyard-test\.broken: /) },
  });
  expect(job?.items.map(({ name, status }) => [name, status])).toEqual([
    ['devyard-test.one', 'done'],
    ['devyard-test.two', 'done'],
    ['devyard-test.broken', 'failed'],
  ]);
  const { entries } = await client.call('codeServers.logs', { params: { id: created.id }, query: {} });
  expect(
    entries.some((entry) => 'text' in entry && entry.text.includes('devyard-test.broken could not be installed')),
  ).toBe(true);
}, 60_000);

it('settings of groups are merged under the comments that are there, the later group winning', async () => {
  const server = await client.call('codeServers.create', { body: { name: 'settings' } });
  const file = join(yard.dataDir, 'code-servers', server.id, 'user-data', 'User', 'settings.json');
  await writeFile(
    file,
    '{\n  // mine\n  "files.autoSave": "off",\n  "[python]": { "editor.tabSize": 4 }, // keep\n}\n',
  );
  const { changed } = await client.call('codeServers.applySettings', {
    params: { id: server.id },
    body: { extensionGroup: 'The good ones', settings: { 'files.autoSave': 'off', 'window.zoomLevel': 1 } },
  });
  expect(changed).toEqual(['editor.tabSize', '[python]', 'window.zoomLevel']);
  const text = await settingsOf(server);
  expect(text).toContain('// mine');
  expect(text).toContain('// keep');
  expect(text).toMatch(/"\[python\]": \{ "editor.tabSize": 4,\s*"editor.formatOnSave": true\s*\}/);
  expect(
    await client.call('codeServers.applySettings', { params: { id: server.id }, body: { extensionGroup: 'good' } }),
  ).toMatchObject({ changed: [] });
  await writeFile(file, '{ "a": ');
  await expect(
    client.call('codeServers.applySettings', { params: { id: server.id }, body: { extensionGroup: 'good' } }),
  ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('settings.json:1:') });
});

it('a cancelled installation keeps what is installed; one that a daemon’s death broke off goes on', async () => {
  const { id } = await client.call('codeServers.create', { body: { name: 'stalled' } });
  const install = (extensions: string[]): Promise<Job> =>
    client.call('codeServers.installExtensions', { params: { id }, body: { extensions } });
  expect((await ended((await install(['devyard-test.one'])).id)).state.status).toBe('succeeded');
  gallery.downloads = 'stall';
  gallery.requests.length = 0;
  const stalled = await install(['devyard-test.two']);
  await gallery.downloading();
  expect((await client.call('jobs.cancel', { params: { id: stalled.id } })).state.status).toBe('cancelled');
  expect(await client.call('codeServers.get', { params: { id } })).toMatchObject({ extensions: ['devyard-test.one'] });
  await expect.poll(() => yard.processes()).toEqual([]);

  gallery.requests.length = 0;
  const broken = await install(['devyard-test.two']);
  await gallery.downloading();
  await yard.kill();
  await expect.poll(() => yard.processes()).toEqual([]);
  gallery.downloads = 'well';
  await yard.start();
  client = await yard.client();
  expect((await ended(broken.id)).state.status).toBe('succeeded');
  expect(await client.call('codeServers.get', { params: { id } })).toMatchObject({
    extensions: ['devyard-test.one', 'devyard-test.two'],
  });
}, 60_000);
