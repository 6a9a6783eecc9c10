import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HttpRequest } from '../../../src/managers/dokploy/api/types.ts';
import { closedAfterEach, failureOf } from './httpWorld.ts';
import { plain, raw } from './servers.ts';

const open = closedAfterEach({ certificate: null, proxy: '' });
beforeEach(() => {
  vi.stubEnv('HTTP_PROXY', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const get = (port: number, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: `http://127.0.0.1:${String(port)}/path?a=1`,
  headers: { 'x-api-key': 'secret' },
  timeoutMs: 10_000,
  ...more,
});

describe('an exchange', () => {
  it('sends what it is given and brings back the whole answer, whatever its status', async () => {
    const seen: unknown[] = [];
    await using server = await plain((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers['x-api-key'], Buffer.concat(chunks).toString()]);
        response.writeHead(409, { 'Retry-After': '7', 'Set-Cookie': ['a=1', 'b=2'] });
        response.write('half, ');
        response.end('häälf');
      });
    });
    const answer = await open().request(get(server.port, { method: 'POST', body: '{"ä":1}' }));
    expect(answer).toMatchObject({ status: 409, text: 'half, häälf' });
    expect(answer.headers).toMatchObject({ 'retry-after': '7', 'set-cookie': 'a=1, b=2' });
    expect(seen).toEqual([['POST', '/path?a=1', 'secret', '{"ä":1}']]);
  });

  it('follows no redirect', async () => {
    let asked = 0;
    await using server = await plain((_request, response) => {
      asked += 1;
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });
    expect(await open().request(get(server.port))).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
    expect(asked).toBe(1);
  });

  it('keeps a connection for the next request', async () => {
    await using server = await plain((_request, response) => response.end('ok'));
    const http = open();
    for (let i = 0; i < 5; i += 1) await http.request(get(server.port));
    expect(server.connections()).toBe(1);
  });

  it('ends idle connections when it is closed, and sends nothing after that', async () => {
    await using server = await plain((_request, response) => response.end('ok'));
    const connected = once(server.server, 'connection');
    const http = open();
    await http.request(get(server.port));
    const [socket] = (await connected) as [Socket];
    const closed = once(socket, 'close');
    http.close();
    await closed;
    expect((await failureOf(http.request(get(server.port)))).kind).toBe('aborted');
    expect(server.connections()).toBe(1);
  });
});

describe('a failure', () => {
  it('says refused where nothing was sent', async () => {
    const gone = await plain(() => undefined);
    await gone[Symbol.asyncDispose]();
    const { port } = gone;
    expect(await failureOf(open().request(get(port)))).toMatchObject({
      kind: 'refused',
      message: 'the connection was refused',
    });
    const unknown = await failureOf(open().request(get(port, { url: 'http://nowhere.invalid/' })));
    expect(unknown.kind).toBe('refused');
    const header = await failureOf(open().request(get(port, { headers: { 'x-api-key': 'a\nb' } })));
    expect(header.kind).toBe('refused');
    expect(header.message).not.toContain('a\nb');
  });

  it.each([
    ['before a word', (socket: Socket) => socket.destroy()],
    ['in the head', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-', () => socket.destroy())],
    [
      'in the body',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () => socket.destroy()),
    ],
    ['with what is no HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ])('says torn where the answer breaks off %s', async (_when, tear) => {
    await using server = await raw((socket) => void socket.once('data', () => tear(socket)));
    expect((await failureOf(open().request(get(server.port, { method: 'POST', body: '{}' })))).kind).toBe('torn');
  });

  it('says timeout where an answer never came, or not whole', async () => {
    await using silent = await raw((socket) => void socket.resume());
    expect(await failureOf(open().request(get(silent.port, { timeoutMs: 50 })))).toMatchObject({
      kind: 'timeout',
      message: 'no whole answer came within 0.05 s',
    });
    await using slow = await plain((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });
    expect((await failureOf(open().request(get(slow.port, { timeoutMs: 200 })))).kind).toBe('timeout');
  });

  it('says aborted, and ends the connection for real', async () => {
    const ended: Promise<unknown>[] = [];
    await using server = await raw((socket) => {
      socket.resume();
      ended.push(once(socket, 'close'));
    });
    const controller = new AbortController();
    const http = open();
    const under = failureOf(http.request(get(server.port, { signal: controller.signal })));
    await vi.waitUntil(() => server.connections() === 1);
    controller.abort();
    expect((await under).kind).toBe('aborted');
    await Promise.all(ended);
    const before = await failureOf(http.request(get(server.port, { signal: AbortSignal.abort() })));
    expect(before.kind).toBe('aborted');
  });

  it('says aborted for what is under way when all is closed', async () => {
    await using server = await raw((socket) => void socket.resume());
    const http = open();
    const under = failureOf(http.request(get(server.port)));
    await vi.waitUntil(() => server.connections() === 1);
    http.close();
    expect((await under).kind).toBe('aborted');
  });

  it('says too large, and reads no further', async () => {
    await using server = await plain((_request, response) => {
      response.write('x'.repeat(5000));
      response.end('x'.repeat(5000));
    });
    const failure = await failureOf(open({ maxBytes: 4000 }).request(get(server.port)));
    expect(failure).toMatchObject({ kind: 'too-large', message: 'the answer has more than 4000 bytes' });
    expect(await open({ maxBytes: 10_000 }).request(get(server.port))).toMatchObject({ status: 200 });
  });
});
