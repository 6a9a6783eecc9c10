import { readdir, readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureCodeServer } from '../../../scripts/lib/codeServer.mjs';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let server: CodeServer;
let api: string;
let password: string;
let cookie: string;
/** Everything the daemon said of itself, for the search at the end. */
const said: unknown[] = [];
const listening = new AbortController();

beforeAll(async () => {
  const { layout, reason } = { reason: undefined, ...(await ensureCodeServer()) };
  if (layout === undefined) throw new Error(reason);
  yard = await Yard.open();
  yard.env['PATH'] = `${dirname(layout.launcher)}:${process.env['PATH'] ?? ''}`;
  api = (await yard.start('--listen', '127.0.0.1:0')).url ?? '';
  client = await yard.client();
  void listen(client).catch(() => undefined);
  said.push(await client.call('settings.patch', { body: { codeServerAccess: 'password' } }));
  const folder = await yard.folder('real');
  server = await client.call('codeServers.create', {
    // As chatty as it may be. PORT is what programs in the folder are told, and must not move the server.
    body: {
      name: 'real',
      folder,
      args: ['--log', 'debug'],
      env: { PORT: '9', CODE_SERVER_HOST: '0.0.0.0', SHELL: '/bin/sh' },
    },
  });
}, 300_000);

afterAll(async () => {
  listening.abort();
  await yard[Symbol.asyncDispose]();
});

async function listen(from: DevyardClient): Promise<void> {
  for await (const event of from.events(undefined, listening.signal)) said.push(event);
}

const call = { params: { id: '' } };
const pidOf = ({ state }: CodeServer): number => (state.status === 'running' ? state.run.pid : 0);
const open = () => client.call('codeServers.open', { ...call, body: {} });

function signIn(secret: string): Promise<Response> {
  return fetch(new URL('login', server.url), {
    method: 'POST',
    body: new URLSearchParams({ password: secret }),
    redirect: 'manual',
  });
}

/** Environments (`environ`) or arguments (`cmdline`) of a process and of everything below it, by pid. */
async function ofTree(root: number, what: 'environ' | 'cmdline'): Promise<ReadonlyMap<number, string>> {
  const parents = new Map<number, number>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    parents.set(Number(pid), Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid === root || (pid !== undefined && isBelow(parents.get(pid)));
  const own = [...parents.keys()].filter(isBelow);
  return new Map(
    await Promise.all(own.map(async (pid) => [pid, await readFile(`/proc/${String(pid)}/${what}`, 'utf8')] as const)),
  );
}

/** A message of VS Code's remote protocol: type 2 (control), numbers, length (`ProtocolWriter` in its ipc.net.ts). */
function control(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(13);
  head.writeUInt8(2, 0);
  head.writeUInt32BE(body.length, 9);
  return Buffer.concat([head, body]);
}

/** Asks for an extension host as a browser does (`remoteAgentConnection.ts`); resolves when the server took that. */
async function startExtensionHost(): Promise<Socket> {
  const socket = createConnection(server.port, '127.0.0.1');
  const path = `/stable-${'0'.repeat(40)}?reconnectionToken=1&reconnection=false&skipWebSocketFrames=true`;
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const host = `Host: 127.0.0.1:${String(server.port)}`;
  socket.write([`GET ${path} HTTP/1.1`, host, ...upgrade, key, `Cookie: ${cookie}`, '', ''].join('\r\n'));
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  const until = async (wanted: string): Promise<void> => {
    await expect.poll(() => received, { timeout: 10_000 }).toContain(wanted);
  };
  await until('101 Switching Protocols');
  socket.write(control({ type: 'auth', auth: '00000000000000000000', data: '' }));
  await until('"sign"');
  socket.write(control({ type: 'connectionType', signedData: '', desiredConnectionType: 2, args: { language: 'en' } }));
  await until('{}');
  return socket;
}

it('lets nobody in without the password: a page that asks for it, and no workbench', async () => {
  call.params.id = server.id;
  await client.call('codeServers.patch', { ...call, body: { args: ['--log', 'trace'] } });
  // Its log would hold the password.
  await expect(client.call('codeServers.start', { ...call, body: {} })).rejects.toMatchObject({ field: 'args.1' });
  await client.call('codeServers.patch', { ...call, body: { args: ['--log', 'debug'] } });
  server = await client.call('codeServers.start', { ...call, body: { wait: true } });
  expect(server.state).toMatchObject({ status: 'running', run: { access: 'password' } });
  const first = await fetch(server.url, { redirect: 'manual' });
  expect([first.status, first.headers.get('location')]).toEqual([302, expect.stringMatching(/^\.\/login/)]);
  const page = await (await fetch(server.url)).text();
  expect(page).toContain('name="password"');
  expect(page).not.toContain('vscode-workbench-web-configuration');
  const wrong = await signIn('not the password');
  expect([wrong.status, wrong.headers.getSetCookie()]).toEqual([200, []]);
});

it('hands the password out to who opens it, and lets in who has it', async () => {
  const opened = await open();
  expect(opened.url).toBe(`${server.url}?folder=${encodeURIComponent(server.folder)}`);
  password = opened.password ?? '';
  expect(Buffer.from(password, 'base64url').length).toBeGreaterThanOrEqual(16);
  const answer = await signIn(password);
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect(answer.status).toBe(302);
  // Cookies know no ports: each server has its own.
  expect(cookie).toContain(server.id.replaceAll('-', ''));
  expect(await (await fetch(opened.url, { headers: { cookie } })).text()).toContain(
    'vscode-workbench-web-configuration',
  );
});

it('is not served by Devyard: neither below the API nor with its token', async () => {
  const headers = { authorization: `Bearer ${await yard.token()}` };
  expect((await fetch(`${api}/vscode/${String(server.port)}/`, { headers })).status).toBe(404);
  expect((await fetch(server.url, { headers, redirect: 'manual' })).status).toBe(302);
  await expect(client.call('codeServers.open', { ...call, body: { through: 'proxy' } })).rejects.toMatchObject({
    code: 'wrong-state',
    field: 'through',
  });
});

it('keeps the password from what runs in it', async () => {
  const socket = await startExtensionHost();
  const root = pidOf(server);
  const marked = (environment: string): boolean => environment.includes('VSCODE_ESM_ENTRYPOINT=');
  const environments = async () => [...(await ofTree(root, 'environ'))];
  const hostsNow = async () => (await environments()).filter(([, environment]) => marked(environment)).length;
  await expect.poll(hostsNow, { timeout: 30_000 }).toBeGreaterThan(0);
  const all = await environments();
  expect(all.find(([pid]) => pid === root)?.[1]).toContain(password);
  const inherited = all.filter(([pid]) => pid !== root);
  expect(inherited.some(([, environment]) => marked(environment))).toBe(true);
  for (const [, environment] of inherited) expect(environment).not.toContain(password);
  for (const [, args] of await ofTree(root, 'cmdline')) expect(args).not.toContain(password);
  socket.destroy();
});

it('is adopted after a kill of the daemon, as it was started, with the same password', async () => {
  await yard.kill();
  await yard.start();
  client = await yard.client();
  void listen(client).catch(() => undefined);
  said.push(await client.call('settings.patch', { body: { codeServerAccess: 'devyard' } }));
  const adopted = await client.call('codeServers.get', call);
  expect(adopted.state).toMatchObject({ run: { pid: pidOf(server), adopted: true, access: 'password' } });
  expect((await open()).password).toBe(password);
  expect((await fetch(server.url, { headers: { cookie }, redirect: 'manual' })).headers.get('location')).toContain(
    'folder=',
  );
  const renamed = await client.call('codeServers.patch', { ...call, body: { name: 'renamed' } });
  expect(renamed).toMatchObject({ name: 'renamed', state: { status: 'running' } });
  expect((await client.call('daemon.get', {})).problems).toEqual([]);
});

it('has the password nowhere but in its own process', async () => {
  said.push(
    await client.call('codeServers.get', call),
    await client.call('codeServers.list', {}),
    await client.call('settings.get', {}),
    await client.call('daemon.get', {}),
    await client.call('codeServers.logs', { ...call, query: { lines: 5000 } }),
  );
  const log = JSON.stringify(said);
  expect(log).toContain('Using password from $PASSWORD');
  expect(log.includes(password)).toBe(false);
  const entries = await readdir(yard.path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const holding = await Promise.all(files.map(async (file) => ((await readFile(file)).includes(password) ? file : [])));
  expect(holding.flat()).toEqual([]);
  expect(files.filter((file) => file.endsWith('devyard.db'))).toHaveLength(1);
});

it('stops, and is Devyard’s to open again; a deletion forgets the password', async () => {
  await client.call('codeServers.stop', call);
  expect(await yard.processes()).toEqual([]);
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  await client.call('codeServers.start', { ...call, body: { wait: true } });
  expect(await open()).toMatchObject({ url: expect.stringContaining('devyard-ticket=') as string });
  expect((await fetch(server.url)).status).toBe(401);
  await client.call('codeServers.delete', { ...call, query: {} });
  await yard.end();
  const database = new DatabaseSync(join(yard.dataDir, 'devyard.db'));
  expect(database.prepare('SELECT owner FROM secrets').all()).toEqual([]);
  database.close();
});
