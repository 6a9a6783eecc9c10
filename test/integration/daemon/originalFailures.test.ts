import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let origin: string;
let authorization: string;

beforeAll(async () => {
  yard = await Yard.open();
  await begin();
});
afterAll(() => yard[Symbol.asyncDispose]());

async function begin(): Promise<void> {
  origin = (await yard.start('--listen', '127.0.0.1:0')).url ?? '';
  client = await yard.client();
  authorization = `Bearer ${await yard.token()}`;
}

const start = (id: string) => client.call('codeServers.start', { params: { id }, body: { wait: true } });
const socket = (path: string): WebSocket =>
  new WebSocket(origin.replace('http', 'ws') + path, { headers: { authorization } });

describe('what the original did and must not happen here', () => {
  it('a log socket of one server carries no line of another', async () => {
    const [one, two] = [await yard.create(client, 'one'), await yard.create(client, 'two')];
    const ws = socket(`/ws/logs/${one.id}`);
    const seen: { serverId: string; message: string }[] = [];
    ws.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { log?: (typeof seen)[number] };
      if (message.log !== undefined) seen.push(message.log);
    });
    await once(ws, 'open');
    await start(two.id);
    await start(one.id);
    await expect.poll(() => seen.some(({ message }) => message === 'Running.')).toBe(true);
    expect(new Set(seen.map(({ serverId }) => serverId))).toEqual(new Set([one.id]));
    ws.terminate();
  });

  it('a client that does not read its log socket holds up no start', async () => {
    const { hostname, port } = new URL(origin);
    const stalled = connect(Number(port), hostname);
    stalled.write(
      `GET /ws/logs HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: ${authorization}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(stalled, 'readable');
    const noisy = await yard.create(client, 'noisy', { spam: { lines: 20_000, perSecond: 1_000_000, bytes: 1000 } });
    await start(noisy.id);
    const quiet = await yard.create(client, 'quiet');
    expect((await start(quiet.id)).state.status).toBe('running');
    expect((await client.call('codeServers.stop', { params: { id: noisy.id } })).state.status).toBe('stopped');
    stalled.destroy();
  });

  it('whoever is connected to a port lives on when its server is restarted', async () => {
    const { id, port } = await yard.create(client, 'visited');
    await start(id);
    const program = `require('net').connect(${String(port)}, '127.0.0.1').on('connect', () => console.log('in')).on('error', () => {}); setInterval(() => {}, 1000)`;
    const visitor = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(visitor.stdout, 'data');
      await client.call('codeServers.restart', { params: { id }, body: { wait: true } });
      expect([visitor.exitCode, visitor.signalCode]).toEqual([null, null]);
    } finally {
      visitor.kill('SIGKILL');
    }
  });
});

it('a server that is to start with Devyard does, and windows are told by a file while there is one', async () => {
  const mark = join(yard.dataDir, 'auto-start');
  const { id } = await yard.create(client, 'early');
  expect(existsSync(mark)).toBe(false);
  await client.call('codeServers.patch', { params: { id }, body: { autoStart: true } });
  await expect.poll(() => existsSync(mark)).toBe(true);
  const late = await yard.create(client, 'late');
  await yard.end();
  await begin();
  expect((await yard.until(client, id, ({ state }) => state.status === 'running')).state.status).toBe('running');
  expect(await client.call('codeServers.get', { params: { id: late.id } })).toMatchObject({
    state: { status: 'stopped' },
  });
  await client.call('codeServers.delete', { params: { id }, query: {} });
  await expect.poll(() => existsSync(mark)).toBe(false);
});

it('CPU and memory are remembered over a restart of the server', async () => {
  const { id } = await yard.create(client, 'measured');
  await start(id);
  const samples = () => client.call('codeServers.metrics', { params: { id } }).then((answer) => answer.samples);
  await expect.poll(async () => (await samples()).length).toBeGreaterThan(0);
  const [first] = await samples();
  await client.call('codeServers.restart', { params: { id }, body: { wait: true } });
  await expect.poll(async () => (await samples()).length).toBeGreaterThan(1);
  expect((await samples())[0]).toEqual(first);
  expect(first?.memoryBytes).toBeGreaterThan(0);
});
