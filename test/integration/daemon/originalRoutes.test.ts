import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import { rawZip } from '../../support/rawArchives.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let origin: string;
let authorization: string;

beforeAll(async () => {
  yard = await Yard.open();
  yard.env['DEVBOX_CONFIG_PATH'] = join(yard.path, 'devbox.yaml');
  await configure(['.zip', '.tar.gz'], 1);
  origin = (await yard.start('--listen', '127.0.0.1:0')).url ?? '';
  client = await yard.client();
  authorization = `Bearer ${await yard.token()}`;
});
afterAll(() => yard[Symbol.asyncDispose]());

/** No upload outlives its request, whatever became of that. */
afterEach(async () => {
  const left = await readdir(join(yard.dataDir, 'uploads')).catch(() => []);
  if (left.length > 0) throw new Error(`uploads are left: ${left.join(', ')}`);
  for (const { id } of await client.call('codeServers.list', {}))
    await client.call('codeServers.delete', { params: { id }, query: {} });
});

async function configure(types: readonly string[], megabytes: number, more = ''): Promise<void> {
  const text = `${more}ui:
  settings: { enable_dark_mode: ${String(more === '')} }
  workspace:
    max_upload_size_mb: ${String(megabytes)}
    supported_archive_types: [${types.join(', ')}]
packaged_assets:
  tabs:
    - name: Samples
      items:
        - name: Plain
          description: Only extensions
`;
  await writeFile(join(yard.path, 'devbox.yaml'), text);
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function post(path: string, body: FormData | object = {}): Promise<Answer> {
  const isForm = body instanceof FormData;
  const headers = { authorization, ...(isForm ? {} : { 'content-type': 'application/json' }) };
  const answer = await fetch(origin + path, { method: 'POST', headers, body: isForm ? body : JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

function form(fields: Record<string, string | { readonly file: Buffer; readonly name: string }>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([new Uint8Array(value.file)]), value.name);
  }
  return data;
}

const zip = (text: string): Buffer => rawZip([{ name: 'hello.txt', content: text }]);

it('two uploads of one name at once stay two', async () => {
  const upload = (text: string): Promise<Answer> =>
    // The file before the fields, as some clients send it.
    post('/servers/create-with-workspace', form({ zip_file: { file: zip(text), name: 'same.zip' }, name: text }));
  const answers = await Promise.all(['one', 'two'].map(upload));
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  const texts = answers.map(({ body }) => readFile(join(String(body['workspace_path']), 'hello.txt'), 'utf8'));
  expect(await Promise.all(texts)).toEqual(['one', 'two']);
});

it('fills the folder of a server that was created as a name only', async () => {
  const { body } = await post('/servers/create-metadata', { name: 'later' });
  const url = `/servers/${String(body['id'])}/clone-workspace`;
  expect(await post(url, form({}))).toMatchObject({ status: 422, body: { field: 'zip_file', code: 'invalid' } });
  const filled = await post(url, form({ zip_file: { file: zip('A'), name: 'a.zip' } }));
  expect(filled).toMatchObject({ status: 200, body: { status: 'success' } });
  expect(await readFile(join(String(body['workspace_path']), 'hello.txt'), 'utf8')).toBe('A');
  const again = await post(url, form({ zip_file: { file: zip('B'), name: 'a.zip' } }));
  expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

it('clones a repository, and creates from a template by its names', async () => {
  const path = join(yard.path, 'repo');
  await mkdir(path);
  execFileSync('git', ['init', '-q', path]);
  const cloned = await post('/servers/create-with-workspace', form({ name: 'cloned', github_url: path }));
  expect(cloned).toMatchObject({ status: 201, body: { name: 'cloned', status: 'stopped' } });
  const template = { name: 'from template', template_id: 'Plain', tab_name: 'Samples' };
  expect(await post('/servers/create-from-template', template)).toMatchObject({ status: 201 });
  expect(await post('/servers/create-from-template', { ...template, template_id: 'Nope' })).toMatchObject({
    status: 422,
    body: { error: expect.stringContaining('Nope'), code: 'invalid', hint: expect.stringContaining('Plain') },
  });
});

const good = { file: zip('x'), name: 'a.zip' };
it.each<[what: string, fields: Parameters<typeof form>[0], status: number, body: object]>([
  ['no name', { zip_file: good }, 422, { field: 'name' }],
  ['an archive and a repository', { name: 'x', zip_file: good, github_url: '/r' }, 422, { field: 'github_url' }],
  ['another kind of file', { name: 'x', zip_file: { ...good, name: 'a.rar' } }, 422, { field: 'zip_file' }],
  ['another file field', { name: 'x', archive: good }, 422, { field: 'archive' }],
  ['a name that climbs', { name: '../x', zip_file: good }, 422, { field: 'name' }],
  ['extensions that are no list', { name: 'x', zip_file: good, extensions: 'a.b' }, 422, { field: 'extensions' }],
  [
    'a damaged archive',
    { name: 'x', zip_file: { ...good, file: good.file.subarray(0, 30) } },
    422,
    { field: 'zip_file' },
  ],
  ['an option for git', { name: 'x', github_url: '--upload-pack=x' }, 422, { field: 'github_url' }],
  ['a helper of git', { name: 'x', github_url: 'ext::sh -c true' }, 422, { field: 'github_url' }],
  [
    'more than the limit',
    { name: 'x', zip_file: { file: Buffer.alloc(1_200_000), name: 'a.zip' } },
    413,
    { code: 'too-large' },
  ],
  [
    'far more than the limit',
    { name: 'x', zip_file: { file: Buffer.alloc(9_000_000), name: 'a.zip' } },
    413,
    { code: 'too-large' },
  ],
])('%s is refused in the original’s form, and nothing is left', async (_, fields, status, body) => {
  const answer = await post('/servers/create-with-workspace', form(fields));
  expect(answer).toMatchObject({ status, body: { error: expect.any(String), ...body } });
  expect(await client.call('codeServers.list', {})).toEqual([]);
});

it('names the archive and the fields as the client did', async () => {
  const broken = { name: 'x', zip_file: { file: good.file.subarray(0, 30), name: 'mine.zip' } };
  expect((await post('/servers/create-with-workspace', form(broken))).body['error']).toMatch(/mine\.zip/);
  const missing = form({ name: 'x', github_url: join(yard.path, 'nowhere') });
  expect((await post('/servers/create-with-workspace', missing)).body).toMatchObject({ field: 'github_url' });
  const { id } = await client.call('codeServers.create', { body: { name: 'fields' } });
  const group = await post(`/servers/${id}/apply-group-settings`, { groupName: 'nope' });
  expect(group).toMatchObject({ status: 422, body: { field: 'groupName' } });
  const extension = await post(`/servers/${id}/install-extension`, { extension: '--force' });
  expect(extension).toMatchObject({ status: 422, body: { field: 'extension' } });
  const template = await post('/servers/create-from-template', { name: 'x', template_id: 'Nope' });
  expect(template).toMatchObject({ status: 422, body: { field: 'template_id' } });
  expect((await post('/servers', { name: 'x', ['__proto__x']: 1, extensions: [] })).status).toBe(201);
});

it.each([
  ['without a boundary', 'multipart/form-data', 'x', 422],
  ['with another boundary', 'multipart/form-data; boundary=A', '--B\r\n\r\n--B--\r\n', 422],
  [
    'without an end',
    'multipart/form-data; boundary=B',
    '--B\r\nContent-Disposition: form-data; name="name"\r\n\r\nx',
    422,
  ],
  [
    'with a forbidden name',
    'multipart/form-data; boundary=B',
    '--B\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\nx\r\n--B--\r\n',
    422,
  ],
  ['that is JSON', 'application/json', '{}', 415],
])('a form %s is the client’s fault, not a fault of Devyard', async (_, type, body, status) => {
  const headers = { authorization, 'content-type': type };
  const answer = await fetch(`${origin}/servers/create-with-workspace`, { method: 'POST', headers, body });
  expect([answer.status, await answer.json()]).toEqual([
    status,
    expect.objectContaining({ error: expect.any(String), code: expect.not.stringMatching('internal') }),
  ]);
});

it('an action without a body is one, whatever type a client gives nothing', async () => {
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`${origin}/servers/refresh-all`, { method: 'POST', headers, body: '' });
  expect(answer.status).toBe(200);
});

it('takes two files, or a torn form, for what they are', async () => {
  const two = form({ name: 'x', zip_file: good });
  two.append('zip_file', new Blob(['x']), 'b.zip');
  expect(await post('/servers/create-with-workspace', two)).toMatchObject({ status: 422, body: { field: 'zip_file' } });
  const torn = new Promise<void>((resolve) => {
    const headers = { authorization, 'content-type': 'multipart/form-data; boundary=b', 'content-length': 5000 };
    const sending = request(`${origin}/servers/create-with-workspace`, { method: 'POST', headers });
    sending.on('error', () => resolve());
    sending.write('--b\r\nContent-Disposition: form-data; name="zip_file"; filename="a.zip"\r\n\r\nPK');
    setTimeout(() => sending.destroy(), 200);
  });
  await torn;
  await expect.poll(() => readdir(join(yard.dataDir, 'uploads'))).toEqual([]);
});

it('lives by devbox.yaml as it is saved: the limit, the kinds, the ports, the colours', async () => {
  const events = client.events(undefined, AbortSignal.timeout(20_000));
  await events[Symbol.asyncIterator]().next();
  await configure(['.tar.gz'], 3, 'server: { code_server_port_range: { start: 19321, end: 19323 } }\n');
  for await (const { event } of events) if (event.type === 'config.changed') break;
  expect(await post('/servers/create-with-workspace', form({ name: 'x', zip_file: good }))).toMatchObject({
    status: 422,
    body: { hint: 'Send one of: .tar.gz.' },
  });
  const { maxUploadSizeMb, portRange, problems } = await client.call('config.get', { query: {} });
  expect([maxUploadSizeMb, problems]).toEqual([3, []]);
  expect(portRange).toEqual({ start: 19_321, end: 19_323 });
  const { id, port } = await client.call('codeServers.create', { body: { name: 'light' } });
  expect(port).toBeGreaterThanOrEqual(19_321);
  expect(port).toBeLessThanOrEqual(19_323);
  const file = join(yard.dataDir, 'code-servers', id, 'user-data', 'User', 'settings.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ 'workbench.colorTheme': 'Default Light Modern' });
});

it('keeps the last good devbox.yaml and says where the new one is wrong', async () => {
  const events = client.events(undefined, AbortSignal.timeout(20_000));
  await events[Symbol.asyncIterator]().next();
  await writeFile(join(yard.path, 'devbox.yaml'), 'ui:\n  workspace:\n    max_upload_sise_mb: 5\n');
  for await (const { event } of events) {
    if (event.type !== 'problem') continue;
    expect(event.problem.message).toMatch(/devbox\.yaml:3:5: .*max_upload_sise_mb/);
    expect(event.problem.message).toMatch(/max_upload_size_mb/);
    break;
  }
  const { maxUploadSizeMb, problems } = await client.call('config.get', { query: {} });
  expect(maxUploadSizeMb).toBe(3);
  expect(problems).toMatchObject([{ line: 3, column: 5, path: 'ui.workspace.max_upload_sise_mb' }]);
  const { problems: checked } = await client.call('config.check', {
    body: { text: 'server:\n  code_server_port_range: {start: 9000, end: 8000}\n' },
  });
  expect(checked[0]?.line).toBe(2);
});
