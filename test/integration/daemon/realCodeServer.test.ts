import { dirname } from 'node:path';
import { readFile, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureCodeServer } from '../../../scripts/lib/codeServer.mjs';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let server: CodeServer;
let token: string;

beforeAll(async () => {
  const { layout, reason } = { reason: undefined, ...(await ensureCodeServer()) };
  if (layout === undefined) throw new Error(reason);
  yard = await Yard.open();
  yard.env['PATH'] = `${dirname(layout.launcher)}:${process.env['PATH'] ?? ''}`;
  await yard.start('--listen', '127.0.0.1:0');
  client = await yard.client();
  token = (await readFile(`${yard.dataDir}/token`, 'utf8')).trim();
  server = await yard.create(client, 'real');
}, 300_000);

afterAll(() => yard[Symbol.asyncDispose]());

const pidOf = ({ state }: CodeServer): number => (state.status === 'running' ? state.run.pid : 0);

it('runs: healthy with nobody connected, whole tree measured, only for who may enter', async () => {
  server = await client.call('codeServers.start', { params: { id: server.id }, body: { wait: true } });
  expect(server.state.status).toBe('running');
  expect(
    await (await fetch(`${server.url}healthz`, { headers: { authorization: `Bearer ${token}` } })).json(),
  ).toMatchObject({ status: 'expired' });
  expect((await fetch(`${server.url}healthz`)).status).toBe(401);
  const { url } = await client.call('codeServers.open', { params: { id: server.id }, body: {} });
  const first = await fetch(url, { redirect: 'manual' });
  expect(first.status).toBe(302);
  const cookie = first.headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ');
  const page = await fetch(new URL(first.headers.get('location') ?? '', server.url), { headers: { cookie } });
  expect(await page.text()).toContain('vscode-workbench-web-configuration');
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(401);
});

it('takes as many cookies as a host has for all its ports', async () => {
  const cookie = `big=${'x'.repeat(20_000)}`;
  const answer = await fetch(`${server.url}healthz`, { headers: { authorization: `Bearer ${token}`, cookie } });
  expect(answer.status).toBe(200);
});

it('says what it uses to who asks right after a start and watches no events', async () => {
  const url = `${yard.ready?.url ?? ''}/servers/${server.id}`;
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${url}/restart`, { method: 'POST', headers })).status).toBe(200);
  const { data } = (await (await fetch(`${url}/health`, { headers })).json()) as {
    data: { memory_mb: number; cpu_percent: number };
  };
  // Two Node.js with an editor; the shell that starts them has not two.
  expect(data.memory_mb).toBeGreaterThan(50);
  expect(data.cpu_percent).toBeGreaterThan(0);
  server = await client.call('codeServers.get', { params: { id: server.id } });
});

it('serves on a private socket, and has no secret in what others may see of it', async () => {
  const argv = (await readFile(`/proc/${String(pidOf(server))}/cmdline`, 'utf8')).split('\0');
  const socket = argv[argv.indexOf('--socket') + 1] ?? '';
  expect((await stat(socket)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(socket))).mode & 0o777).toBe(0o700);
  expect(argv.join(' ')).not.toContain(token);
  expect(await readFile(`/proc/${String(pidOf(server))}/environ`, 'utf8')).not.toContain(token);
});

it('lets a WebSocket through the gate for who has the token, from the same origin, and for nobody else', async () => {
  const path =
    '/stable-0000000000000000000000000000000000000000?reconnectionToken=1&reconnection=false&skipWebSocketFrames=false';
  const upgrade = async (headers: readonly string[]): Promise<string> => {
    const socket = createConnection(server.port, '127.0.0.1');
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${String(server.port)}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      key,
      ...headers,
      '',
      '',
    ];
    socket.write(lines.join('\r\n'));
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return chunk.toString().split('\r\n')[0] ?? '';
  };
  expect(await upgrade([`Authorization: Bearer ${token}`])).toContain('101');
  expect(await upgrade([`Authorization: Bearer ${token}`, 'Origin: http://evil.example'])).toContain('403');
  expect(await upgrade([])).toContain('401');
});

it('is adopted after a kill of the daemon, and its tree is gone after a stop even when it was frozen', async () => {
  await yard.kill();
  await yard.start();
  client = await yard.client();
  const adopted = await client.call('codeServers.get', { params: { id: server.id } });
  expect(pidOf(adopted)).toBe(pidOf(server));
  process.kill(pidOf(server), 'SIGSTOP');
  expect((await client.call('codeServers.stop', { params: { id: server.id } })).state.status).toBe('stopped');
  expect(await yard.processes()).toEqual([]);
});
