import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, createClient, type DevyardClient } from '../../../src/api/client/client.ts';
import { healthProbe } from '../../../src/api/client/healthProbe.ts';
import { createApiServer, type ApiServer } from '../../../src/api/server/server.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { id, temporaryFolder, token, unknownId } from './fakes.ts';
import { createWorld, type World } from './world.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let socketPath: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  socketPath = path.join(folder.path, 's');
});
afterEach(() => folder.remove());

describe('with a real API server', () => {
  let world: World;
  let api: ApiServer;
  let client: DevyardClient;
  beforeEach(async () => {
    world = createWorld();
    api = await createApiServer(world.deps);
    await api.listenSocket(socketPath);
    client = createClient({ socket: socketPath, token });
  });
  afterEach(async () => {
    client.close();
    await api.close();
  });

  it('calls operations with all their parts', async () => {
    expect(await client.call('codeServers.list', {})).toMatchObject([{ id, name: 'api' }]);
    const made = await client.call('codeServers.create', { body: { name: 'ü/"' } }, { idempotencyKey: 'k' });
    expect(made.name).toBe('ü/"');
    expect(await client.call('codeServers.logs', { params: { id }, query: { lines: 5, before: undefined } })).toEqual({
      entries: [],
      lastSeq: 0,
    });
    expect((await client.call('codeServers.delete', { params: { id }, query: {} })).erased).toEqual(['/data/x']);
    expect(world.codeServers.calls).toContainEqual(['create', { name: 'ü/"' }, 'k']);
  });

  it('gives errors as ApiError', async () => {
    world.codeServers.fail = new DevyardError('port-taken', 'Port 1.', { hint: 'h', field: 'port' });
    const error: unknown = await client.call('codeServers.list', {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'port-taken', status: 409, message: 'Port 1.', hint: 'h', field: 'port' });
    const stranger = createClient({ socket: socketPath, token: 'wrong' });
    await expect(stranger.call('daemon.get', {})).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
    await expect(
      stranger.events(undefined, new AbortController().signal)[Symbol.asyncIterator]().next(),
    ).rejects.toMatchObject({ status: 401 });
    stranger.close();
  });

  it.each(['../../daemon', '..', '.', 'a/b', 'a?b#c', '%2F'])(
    'an id cannot leave its place in the path: %s',
    async (hostile) => {
      await expect(client.call('codeServers.get', { params: { id: hostile } })).rejects.toMatchObject({
        status: 422,
        field: 'id',
      });
      await expect(client.call('codeServers.stop', { params: { id: hostile } })).rejects.toMatchObject({
        status: 422,
        field: 'id',
      });
    },
  );

  it('speaks TCP as well', async () => {
    const url = await api.listenTcp('127.0.0.1', 0);
    const other = createClient({ url, token });
    expect(await other.call('codeServers.get', { params: { id } })).toMatchObject({ id });
    await expect(other.call('codeServers.get', { params: { id: unknownId } })).rejects.toMatchObject({ status: 404 });
    other.close();
  });

  it('cancels a call', async () => {
    world.codeServers.hang = true;
    const stop = new AbortController();
    const call = client.call('codeServers.start', { params: { id }, body: { wait: true } }, { signal: stop.signal });
    await expect.poll(() => world.codeServers.calls.some(([name]) => name === 'start')).toBe(true);
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled', status: 0 });
    await expect(client.call('daemon.get', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('ends the stream when the server ends it, and lets go when the reader does', async () => {
    const reading = (async () => {
      const types: string[] = [];
      for await (const { event } of client.events(undefined, new AbortController().signal)) types.push(event.type);
      return types;
    })();
    await expect.poll(() => world.clients).toEqual([1]);
    for await (const { event } of client.events(undefined, new AbortController().signal)) {
      expect(event.type).toBe('hello');
      break;
    }
    await expect.poll(() => world.clients).toEqual([1, 2, 1]);
    await api.close();
    expect(await reading).toEqual(['hello']);
    await expect(client.call('daemon.get', {})).rejects.toMatchObject({ code: 'unavailable', status: 0 });
    expect([...(await fromStream(client.events(1, AbortSignal.abort())))]).toEqual([]);
  });
});

async function fromStream<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

describe('with a server that misbehaves', () => {
  let server: Server;
  let serve: (request: IncomingMessage, response: ServerResponse) => void;
  let connections: Socket[];
  beforeEach(async () => {
    connections = [];
    server = createServer((request, response) => serve(request, response));
    server.on('connection', (socket: Socket) => connections.push(socket));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  });
  afterEach(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each<[name: string, serve: (request: IncomingMessage, response: ServerResponse) => void]>([
    ['no JSON', (_, response) => response.end('<html>')],
    [
      'half an answer',
      (_, response) => response.writeHead(200, { 'Content-Length': '99' }).write('{', () => response.destroy()),
    ],
    ['no answer', ({ socket }) => socket.destroy()],
    ['an error that is none of its own', (_, response) => response.writeHead(502).end('bad gateway')],
  ])('%s is unavailable', async (_, answer) => {
    serve = answer;
    const client = createClient({ socket: socketPath, token });
    await expect(client.call('daemon.get', {})).rejects.toMatchObject({ name: 'ApiError', code: 'unavailable' });
    client.close();
  });

  it('a stream that breaks rejects', async () => {
    serve = (_, response) =>
      response.write('event: hello\ndata: {"type":"hello","lastEventId":1}\n\n', () => response.destroy());
    const client = createClient({ socket: socketPath, token });
    await expect(fromStream(client.events(undefined, new AbortController().signal))).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The Devyard daemon does not answer: the connection broke',
    });
    client.close();
  });

  it('uses a connection again, and survives that it was closed meanwhile', async () => {
    serve = (_, response) => response.end('{"lines":[]}');
    const client = createClient({ socket: socketPath, token });
    for (let i = 0; i < 5; i++) await client.call('daemon.log', { query: {} });
    expect(connections).toHaveLength(1);
    for (let i = 0; i < 20; i++) {
      for (const socket of connections) socket.destroy();
      expect(await client.call('daemon.log', { query: {} })).toEqual({ lines: [] });
    }
    client.close();
  });

  it.each<
    [
      answer: 'none' | 'alive' | 'expired',
      name: string,
      serve: (request: IncomingMessage, response: ServerResponse) => void,
    ]
  >([
    ['expired', 'an idle server', (_, response) => response.end('{"status":"expired","lastHeartbeat":0}')],
    ['alive', 'a server with a client', (_, response) => response.end('{ "status": "alive" }')],
    ['alive', 'a 200 without any body', (_, response) => response.end()],
    ['none', 'an error', (_, response) => response.writeHead(503).end()],
    ['none', 'a redirect', (_, response) => response.writeHead(302, { Location: '/' }).end()],
    ['none', 'silence', () => undefined],
    ['none', 'a body without end', (_, response) => response.write('x'.repeat(200_000))],
    [
      'none',
      'half a body',
      (_, response) => response.writeHead(200, { 'Content-Length': '99' }).write('{', () => response.destroy()),
    ],
    ['none', 'a reset', ({ socket }) => socket.destroy()],
  ])('the health probe says %s for %s and leaves no connection', async (expected, _, answer) => {
    serve = answer;
    expect(await healthProbe.ask({ socketPath }, 150)).toBe(expected);
    await expect.poll(() => connections.every((socket) => socket.destroyed)).toBe(true);
  });

  it('the health probe asks on a port of the loopback address, too', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/healthz' ? 200 : 404).end('{"status":"expired"}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await healthProbe.ask({ port }, 1_000)).toBe('expired');
    server.close();
    await once(server, 'close');
    expect(await healthProbe.ask({ port }, 1_000)).toBe('none');
  });

  it('the health probe says none when nobody listens', async () => {
    expect(await healthProbe.ask({ socketPath: path.join(folder.path, 'none') }, 1_000)).toBe('none');
  });
});
