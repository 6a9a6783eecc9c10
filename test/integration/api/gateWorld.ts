import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestOptions, type Server, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { createGates, type Gates } from '../../../src/api/server/gate/gates.ts';
import { FakeClock, id, temporaryFolder, token } from './fakes.ts';
import { ask } from './http.ts';

export const cookieKey = Buffer.alloc(32, 7);

/** A backend on a Unix socket with a gate before it. */
export interface GateWorld {
  readonly gates: Gates;
  readonly clock: FakeClock;
  readonly port: number;
  readonly host: string;
  readonly to: RequestOptions;
  readonly socketPath: string;
  readonly backend: Server;
  readonly problems: string[];
  /** Sockets that reached the backend, in order. */
  readonly reached: Socket[];
  serve: (request: IncomingMessage, response: ServerResponse) => void;
  upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  /** Exchanges a ticket for the Cookie header a browser would send. */
  enter(): Promise<string>;
  close(): Promise<void>;
}

export async function createGateWorld(): Promise<GateWorld> {
  const folder = await temporaryFolder();
  const socketPath = path.join(folder.path, 'code.sock');
  const port = await freePort();
  const clock = new FakeClock();
  const problems: string[] = [];
  const reached: Socket[] = [];
  const gates = createGates({ token, cookieKey, clock, onProblem: (message) => problems.push(message) });
  const backend = createServer((request, response) => world.serve(request, response));
  backend.on('upgrade', (request, socket: Socket, head) => world.upgrade(request, socket, head));
  backend.on('connection', (socket: Socket) => reached.push(socket));
  await new Promise<void>((resolve) => backend.listen(socketPath, resolve));
  await gates.open({ id, name: 'api <1>', port, socketPath, folder: '/home/a b' });
  const host = `127.0.0.1:${port}`;
  const to = { host: '127.0.0.1', port };

  const world: GateWorld = {
    gates,
    clock,
    port,
    host,
    to,
    socketPath,
    backend,
    problems,
    reached,
    serve: (request, response) => response.end(`backend ${request.url ?? ''}`),
    upgrade: (_, socket) => socket.destroy(),
    async enter() {
      const { headers } = await ask(to, 'GET', new URL(gates.mintTicket(id).url).search.replace(/^/, '/'));
      return (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0] ?? '').join('; ');
    },
    async close() {
      await gates.closeAll();
      for (const socket of reached) socket.destroy();
      await new Promise((resolve) => backend.close(resolve));
      await folder.remove();
    },
  };
  return world;
}

export async function freePort(): Promise<number> {
  const probe = createNetServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The answer to a WebSocket key (RFC 6455, section 4.2.2). */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
