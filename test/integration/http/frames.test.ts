import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { HttpFailure, type HttpPort } from '../../../src/managers/dokploy/api/types.ts';
import { fingerprintOf, type Identity } from './certificates.ts';
import { closedAfterEach, ForAll } from './httpWorld.ts';
import { type Listening, listen, proxyServer, raw } from './servers.ts';

const made = new ForAll();
const open = closedAfterEach({ certificate: null, proxy: '' });

interface Talking extends AsyncDisposable {
  readonly port: number;
  readonly connections: () => number;
  /** Keys and paths of the upgrades. */
  readonly upgrades: string[];
  readonly sockets: WebSocket[];
}

/** A WebSocket server that does with each socket what the test says. */
async function talking(serve: (socket: WebSocket) => void, identity?: Identity): Promise<Talking> {
  const refuse: RequestListener = (_request, response) => void response.writeHead(404).end('nothing here');
  const server = identity === undefined ? createServer(refuse) : createSecure(identity, refuse);
  const upgrades: string[] = [];
  const sockets: WebSocket[] = [];
  new WebSocketServer({ server, path: '/log' }).on('connection', (socket, request) => {
    upgrades.push(`${String(request.headers['x-api-key'])} ${String(request.url)}`);
    sockets.push(socket);
    serve(socket);
  });
  const { port, connections, [Symbol.asyncDispose]: dispose }: Listening<typeof server> = await listen(server);
  return { port, connections, upgrades, sockets, [Symbol.asyncDispose]: dispose };
}

const follow = (http: HttpPort, url: string, signal?: AbortSignal): AsyncIterable<string> =>
  http.frames({ url, headers: { 'x-api-key': 'secret' }, timeoutMs: 10_000, signal });

async function all(frames: AsyncIterable<string>): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of frames) texts.push(text);
  return texts;
}

async function failureOf(frames: AsyncIterable<string>): Promise<HttpFailure> {
  const thrown: unknown = await all(frames).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(HttpFailure);
  return thrown as HttpFailure;
}

const say =
  (...texts: readonly string[]) =>
  (socket: WebSocket): void => {
    for (const text of texts) socket.send(text);
    socket.close();
  };

describe('frames', () => {
  it('come in order until the server ends them; the key is in the upgrade', async () => {
    await using server = await talking(say('one', '', 'drei ä'));
    const frames = follow(open(), `http://127.0.0.1:${String(server.port)}/log?tail=5`);
    expect(await all(frames)).toEqual(['one', '', 'drei ä']);
    expect(server.upgrades).toEqual(['secret /log?tail=5']);
  });

  it('end quietly when the signal does so, and the connection with them', async () => {
    await using server = await talking((socket) => socket.send('first'));
    const controller = new AbortController();
    const texts: string[] = [];
    for await (const text of follow(open(), `http://127.0.0.1:${String(server.port)}/log`, controller.signal)) {
      texts.push(text);
      controller.abort();
    }
    expect(texts).toEqual(['first']);
    for (const socket of server.sockets) if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
    expect(await all(follow(open(), `http://127.0.0.1:${String(server.port)}/log`, AbortSignal.abort()))).toEqual([]);
  });

  it('end the connection when their reader leaves', async () => {
    await using server = await talking((socket) => socket.send('first'));
    for await (const text of follow(open(), `http://127.0.0.1:${String(server.port)}/log`)) {
      expect(text).toBe('first');
      break;
    }
    for (const socket of server.sockets) if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
  });

  it('make the server wait for a slow reader', async () => {
    const size = 1 << 16;
    const count = 1024;
    await using server = await talking((socket) => {
      for (let i = 0; i < count; i += 1) socket.send(String(i).padStart(size, '.'));
      socket.close();
    });
    let received = 0;
    for await (const text of follow(open(), `http://127.0.0.1:${String(server.port)}/log`)) {
      expect(Number(text.replaceAll('.', ''))).toBe(received);
      received += 1;
      if (received === 1) {
        // What is under way is in buffers of a few MB; the rest has to wait on the server's side.
        let before = -1;
        let now = server.sockets[0]?.bufferedAmount ?? 0;
        while (now !== before) {
          before = now;
          await new Promise((resolve) => {
            setTimeout(resolve, 50);
          });
          now = server.sockets[0]?.bufferedAmount ?? 0;
        }
        expect(now).toBeGreaterThan((size * count) / 2);
      }
    }
    expect(received).toBe(count);
  });

  it.each([
    [
      'with a reason of its own',
      (socket: WebSocket) => socket.close(4000, 'Invalid log path'),
      /4000: Invalid log path/,
    ],
    ['without a farewell', (socket: WebSocket) => socket.terminate(), /connection broke/],
  ])('fail when the server ends them %s', async (_how, end, message) => {
    await using server = await talking((socket) => socket.send('first', () => end(socket)));
    const texts: string[] = [];
    const reading = (async () => {
      for await (const text of follow(open(), `http://127.0.0.1:${String(server.port)}/log`)) texts.push(text);
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'torn', message });
    expect(texts).toEqual(['first']);
  });

  it('fail where there is no WebSocket, nobody, or no answer in time', async () => {
    await using server = await talking(say());
    expect(await failureOf(follow(open(), `http://127.0.0.1:${String(server.port)}/other`))).toMatchObject({
      kind: 'torn',
      message: 'it answered 400 instead of opening a WebSocket',
    });
    await using silent = await raw((socket) => void socket.resume());
    const url = `http://127.0.0.1:${String(silent.port)}/log`;
    const slow = open().frames({ url, headers: {}, timeoutMs: 100 });
    expect((await failureOf(slow)).kind).toBe('refused');
    await silent[Symbol.asyncDispose]();
    expect((await failureOf(follow(open(), url))).kind).toBe('refused');
  });

  it('fail as aborted when all is closed', async () => {
    await using server = await talking((socket) => socket.send('first'));
    const http = open();
    const reading = (async () => {
      for await (const text of follow(http, `http://127.0.0.1:${String(server.port)}/log`)) {
        expect(text).toBe('first');
        http.close();
      }
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('come from a pinned server only, also through a proxy', async () => {
    await using server = await talking(say('hidden'), made.certificates.own);
    const url = `https://localhost:${String(server.port)}/log`;
    expect((await failureOf(follow(open(), url))).kind).toBe('certificate');
    const wrong = open({ certificate: fingerprintOf(made.certificates.other) });
    expect((await failureOf(follow(wrong, url))).certificate?.fingerprint).toBe(fingerprintOf(made.certificates.own));
    expect(server.upgrades).toEqual([]);

    await using proxy = await proxyServer();
    const throughProxy = { proxy: `http://127.0.0.1:${String(proxy.port)}` };
    const right = open({ certificate: fingerprintOf(made.certificates.own), ...throughProxy });
    expect(await all(follow(right, url))).toEqual(['hidden']);
    await using unencrypted = await talking(say('plain'));
    expect(await all(follow(open(throughProxy), `http://localhost:${String(unencrypted.port)}/log`))).toEqual([
      'plain',
    ]);
    expect(proxy.asked).toEqual([
      `CONNECT localhost:${String(server.port)} undefined`,
      `CONNECT localhost:${String(unencrypted.port)} undefined`,
    ]);
  });
});
