import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiError, DevyardClient } from '../../../src/api/client/client.ts';
import type { Workspace } from '../../../src/api/contract/dokploy.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { runCli } from './cliRun.ts';
import { applicationInDokploy, projectInDokploy } from './dokployPast.ts';
import { DokployYard, jobOf, run } from './dokployYard.ts';

const registry = { url: 'registry.example', username: 'puller', password: 'sesame-of-the-registry' };
const env = { TOKEN: 'value-that-nobody-shall-see', NOTE: `several lines,\nof which one is 'quoted-and-secret'` };
/** As any private key looks, also within JSON. */
const privateKey = /PRIVATE KEY-----[\s\\nr]+[A-Za-z0-9+/=]{20}/;

let yard: DokployYard;
let box: Workspace;
let theirs = '';
/** Everything that the API and the daemon's own output said. */
const said: string[] = [];
const commandLines = new Set<string>();
let watching: Promise<void> | undefined;
const stop = new AbortController();

beforeAll(async () => {
  yard = await DokployYard.open();
  if (yard.dokploy.machines !== 'docker') return;
  listen();
  watching = watchCommandLines();
  const client = recording(yard.client);
  yard.client = client;
  await live(client);
}, 240_000);
afterAll(async () => {
  stop.abort();
  await watching;
  await yard[Symbol.asyncDispose]();
});

beforeEach(({ skip }) => {
  if (yard.dokploy.machines !== 'docker') skip('there is no Docker engine here');
});

function listen(): void {
  const { child } = yard.yard;
  for (const stream of [child?.stdout, child?.stderr])
    stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const tell = async (): Promise<void> => {
    for await (const { event } of yard.client.events(0, stop.signal)) said.push(JSON.stringify(event));
  };
  void tell();
}

/** The same client, whose answers and refusals are kept. */
function recording(client: DevyardClient): DevyardClient {
  const call = async (...input: Parameters<DevyardClient['call']>): Promise<unknown> => {
    try {
      const answer = await client.call(...input);
      said.push(JSON.stringify(answer));
      return answer;
    } catch (error) {
      const { message, hint, field, code } = error as ApiError;
      said.push(JSON.stringify({ message, hint, field, code }));
      throw error;
    }
  };
  return { ...client, call: call as DevyardClient['call'] };
}

/** Of every process of this host again and again, those in containers among them. */
async function watchCommandLines(): Promise<void> {
  while (!stop.signal.aborted) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
    for (const line of lines) commandLines.add(line);
    await delay(100);
  }
}

/** Most of what one does with a server and workspaces, good and bad. */
async function live(client: DevyardClient): Promise<void> {
  const { dokploy, server } = yard;
  dokploy.requireLogin(dokploy.image, registry);
  box = await yard.create('box', { env, registry });
  expect(await run(client, box.id, 'echo in')).toMatchObject({ code: 0 });
  for (const source of ['deploy', 'container'] as const)
    await client.call('dokploy.logs', { params: { id: box.id }, query: { source } });
  // The words of a log become those of an error.
  dokploy.failPull(dokploy.image);
  expect((await yard.act('redeploy', box.id)).state.status).toBe('failed');
  dokploy.failPull(dokploy.image, 'heals');
  const changes = { env: { TOKEN: null, NOTE: null, MORE: 'also-a-secret-value' }, registry, memoryMb: 256 };
  expect((await yard.change(box.id, changes)).state.status).toBe('succeeded');
  // A value that Dokploy cannot be given fails in the job, and a whole object where a text belongs in the gate.
  const odd = await yard.begin('odd', { env: { ODD: `'"\`\\n${env.TOKEN}` } });
  expect((await jobOf(client, odd.id)).state.status).toBe('failed');
  await yard.remove(odd.id);
  await yard.begin('box', { env: { TOKEN: { value: env.TOKEN } as never } }).catch(() => undefined);
  // A key of the person's own, for what was there before.
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'key');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  theirs = await readFile(file, 'utf8');
  const environmentId = await projectInDokploy(dokploy, 'before');
  const serviceId = await applicationInDokploy(dokploy, environmentId, 'old', {});
  const all = await client.call('dokploy.list', { query: { refresh: 'true' } });
  const id = all.find((one) => one.serviceId === serviceId)?.id ?? '-';
  await client.call('dokploy.adopt', { params: { id }, body: { user: 'root', privateKey: theirs } });
  const broken = { user: 'root', privateKey: theirs.slice(0, 150) };
  await client.call('dokploy.adopt', { params: { id }, body: broken }).catch(() => undefined);
  // A server that repeats what it was given, and one that does not take the key any more.
  const echo = JSON.stringify({ message: `what is ${dokploy.key}?`, code: 'BAD_REQUEST' });
  dokploy.inject({ procedure: 'project.all', fault: { status: 400, body: echo } });
  await client.call('dokploy.testServer', { params: { id: server.id } });
  await client.call('dokploy.testServer', { params: { id: server.id } });
  const twice = { url: dokploy.url, apiKey: dokploy.key };
  await client.call('dokploy.addServer', { body: twice }).catch(() => undefined);
  await client.call('dokploy.targets', { params: { id: server.id } });
  await client.call('jobs.list', {});
  await client.call('dokploy.sshConfig', {});
  // From the command line it comes in the environment, which nobody else sees.
  yard.yard.env['DEVYARD_DOKPLOY_API_KEY'] = dokploy.key;
  const { code, stdout, stderr } = await runCli(yard.yard, 'dokploy', 'server', 'set', server.id, '--new-api-key');
  expect(code).toBe(0);
  said.push(stdout, stderr);
}

/** What must not be found, by what it is. */
function secrets(): Readonly<Record<string, string>> {
  const lines = theirs.split('\n');
  return {
    'API key': yard.dokploy.key,
    'password of the registry': registry.password,
    'value of a variable': env.TOKEN,
    'line of a variable': 'quoted-and-secret',
    'value that was changed': 'also-a-secret-value',
    'key of the person': lines[2] ?? '-',
  };
}

const leaksIn = (text: string): readonly string[] =>
  Object.entries(secrets()).flatMap(([what, secret]) => (text.includes(secret) ? [what] : []));

/** Every file below a folder that holds something. */
async function filesIn(folder: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'latin1') })));
}

describe('secrets', () => {
  it('reach Dokploy and the workspace', async () => {
    const row = JSON.stringify(await yard.past('application.one', { applicationId: box.serviceId }));
    for (const secret of [registry.password, env.TOKEN, 'quoted-and-secret', 'also-a-secret-value'])
      expect(row).toContain(secret);
    expect(await yard.say(box.id, 'echo "$TOKEN $MORE"')).toBe(`${env.TOKEN} also-a-secret-value`);
  });

  it('are in no answer, no event and no output of the daemon', () => {
    const all = said.join('\n');
    for (const word of [registry.username, 'NOTE', box.publicKey ?? '-', 'job.changed']) expect(all).toContain(word);
    expect(leaksIn(all)).toEqual([]);
    expect(all).not.toMatch(privateKey);
  });

  it('are in no command line of any process', () => {
    const all = [...commandLines].join('\n');
    expect(all).toContain(yard.yard.dataDir);
    expect(all).toContain('/etc/devyard/start');
    expect(leaksIn(all)).toEqual([]);
    expect(all).not.toMatch(privateKey);
  });

  it('are nowhere on the disk in clear, but for private keys in files that ssh accepts', async () => {
    const keys = join(yard.yard.dataDir, 'ssh', 'keys');
    const files = await filesIn(yard.yard.path);
    expect(files.some(({ text }) => text.includes(registry.username))).toBe(true);
    for (const { path, text } of files) {
      if (path.startsWith(keys)) continue;
      expect({ path, leaks: leaksIn(text) }).toEqual({ path, leaks: [] });
      // A copy of the programs knows the words.
      if (!path.startsWith(join(yard.yard.dataDir, 'runtime')))
        expect({ path, isKey: privateKey.test(text) }).toEqual({ path, isKey: false });
    }
    const own = files.filter(({ path }) => path.startsWith(keys));
    expect(own).toHaveLength(2);
    expect((await stat(keys)).mode & 0o777).toBe(0o700);
    for (const { path, text } of own) {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(text).toMatch(privateKey);
    }
  });

  it('go with what they belong to', async () => {
    await yard.remove(box.id);
    for (const { id } of await yard.client.call('dokploy.list', { query: {} })) await yard.remove(id, { forget: true });
    expect(await readdir(join(yard.yard.dataDir, 'ssh', 'keys'))).toEqual([]);
  });
});
