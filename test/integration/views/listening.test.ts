import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { untilListening } from '../../../src/views/devServers/editor/listening.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(port: number): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const port = await listen(0);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

it('a port is waited for until somebody listens there', async () => {
  const port = await freePort();
  const waiting = untilListening(port, 30_000);
  await listen(port);
  expect(await waiting).toBe(true);
});

it('a port that nobody takes is given up', async () => {
  expect(await untilListening(await freePort(), 0)).toBe(false);
});
