import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { id } from './fakes.ts';
import { ask, closed, open, readUntil } from './http.ts';
import { bearer, bearerLine, createProxyWorld, type ProxyWorld } from './proxyWorld.ts';

let world: ProxyWorld;
let prefix: string;
let running: boolean;
beforeEach(async () => {
  world = await createProxyWorld();
  ({ prefix } = world);
  running = true;
});
afterEach(async () => {
  if (running) await world.close();
});

async function digestOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

describe('streams', () => {
  it('carry 16 MB each way, whatever the API itself allows', async () => {
    const piece = randomBytes(1024 * 1024);
    const source = (): Readable => Readable.from(Array.from({ length: 16 }, () => piece));
    const sum = await digestOf(source());
    world.gate.serve = (incoming, response) => {
      void digestOf(incoming).then((got) => {
        response.setHeader('X-Sum', got);
        return pipeline(source(), response);
      });
    };
    const headers = { ...bearer, 'Content-Type': 'text/plain' };
    const outgoing = request({ ...world.api.tcp, agent: false, method: 'POST', path: `${prefix}/`, headers });
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    await pipeline(source(), outgoing);
    const [answer] = await answered;
    expect([answer.headers['x-sum'], await digestOf(answer)]).toEqual([sum, sum]);
  });

  it('pass each event on at once, and the trailers', async () => {
    let next = (): void => undefined;
    world.gate.serve = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      next = () => {
        response.write('data: 1\n\n');
        response.addTrailers({ 'X-Sum': '42' });
      };
      response.on('close', () => response.end());
      world.gate.reached.forEach((socket) => socket.setNoDelay(true));
    };
    const answer = await open(world.api.tcp, 'GET', `${prefix}/`, bearer);
    const got = readUntil(answer, (text) => text.length > 0);
    next();
    expect(await got).toBe('data: 1\n\n');
    answer.destroy();
    world.gate.serve = (_, response) => {
      response.write('x');
      response.addTrailers({ 'X-Sum': '42' });
      response.end();
    };
    const whole = await open(world.api.tcp, 'GET', `${prefix}/`, bearer);
    await digestOf(whole);
    expect(whole.trailers).toEqual({ 'x-sum': '42' });
  });

  it('begin after 100-continue, which only who is let in gets', async () => {
    world.gate.serve = (incoming, response) => incoming.pipe(response);
    const ask100 = (path: string, headers: Record<string, string>) => {
      const outgoing = request({
        ...world.api.tcp,
        agent: false,
        method: 'POST',
        path,
        headers: { ...headers, Expect: '100-continue' },
      });
      outgoing.on('error', () => undefined).flushHeaders();
      return outgoing;
    };
    const allowed = ask100(`${prefix}/`, bearer);
    await once(allowed, 'continue');
    allowed.end('body');
    const [answer] = (await once(allowed, 'response')) as [IncomingMessage];
    expect(await readUntil(answer, (text) => text === 'body')).toBe('body');
    const refused = ask100(`${prefix}/`, {});
    let continued = false;
    refused.on('continue', () => (continued = true));
    const [refusal] = (await once(refused, 'response')) as [IncomingMessage];
    expect([refusal.statusCode, continued]).toEqual([401, false]);
    refused.destroy();
    // The API's own routes go on answering it.
    const own = ask100('/api/code-servers', { ...bearer, 'Content-Type': 'application/json' });
    await once(own, 'continue');
    own.end('{');
    const [malformed] = (await once(own, 'response')) as [IncomingMessage];
    expect(malformed.statusCode).toBe(400);
    malformed.resume();
  });

  it('of a server that hangs or dies hold up nobody else', async () => {
    const hung: IncomingMessage[] = [];
    world.gate.serve = (incoming, response) => {
      if (incoming.url === '/hang') hung.push(incoming);
      else if (incoming.url === '/die') incoming.socket.destroy();
      else if (incoming.url === '/half') response.write('half', () => incoming.socket.destroy());
      else response.end('ok');
    };
    const waiting = Array.from({ length: 20 }, () => ask(world.api.tcp, 'GET', `${prefix}/hang`, bearer));
    const ended = Promise.allSettled(waiting);
    expect((await ask(world.api.tcp, 'GET', `${prefix}/`, bearer)).text).toBe('ok');
    expect((await ask(world.api.tcp, 'GET', '/health', bearer)).status).toBe(200);
    const dead = await ask(world.api.tcp, 'GET', `${prefix}/die`, bearer);
    expect([dead.status, dead.text.includes('does not answer')]).toEqual([502, true]);
    const half = await open(world.api.tcp, 'GET', `${prefix}/half`, bearer);
    await expect(digestOf(half)).rejects.toMatchObject({ code: 'ECONNRESET' });
    while (hung.length < 20) await new Promise((resolve) => world.gate.backend.once('request', resolve));
    // The server is stopped: whoever waits for it hears so.
    await world.gate.gates.close(id);
    for (const result of await ended) expect(result.status === 'rejected' || result.value.status === 502).toBe(true);
  });
});

describe('upgrades', () => {
  let backend: WebSocketServer;
  beforeEach(() => {
    backend = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].at(-1) ?? false });
    world.gate.upgrade = (incoming, socket, head) =>
      backend.handleUpgrade(incoming, socket, head, (ws) => backend.emit('connection', ws, incoming));
  });
  const dial = (path = '/', protocols: string[] = []): WebSocket =>
    new WebSocket(`ws://${world.host}${prefix}${path}`, protocols, { headers: bearer });

  it('carry subprotocol, path, messages in fragments, pings and close codes', async () => {
    backend.on('connection', (ws, incoming) => {
      ws.send(incoming.url ?? '');
      ws.on('message', (data, binary) => ws.send(data, { binary }));
      ws.on('close', (code, reason) => backend.emit('left', code, String(reason)));
    });
    const client = dial('/a%2Fb?x=1', ['a', 'b']);
    expect(String((await once(client, 'message'))[0])).toBe('/a%2Fb?x=1');
    expect(client.protocol).toBe('b');
    const large = randomBytes(300_000);
    client.send(large.subarray(0, 100_000), { fin: false });
    client.send(large.subarray(100_000), { fin: true });
    const [echoed] = (await once(client, 'message')) as [Buffer];
    expect(echoed.equals(large)).toBe(true);
    client.ping('p');
    expect(String((await once(client, 'pong'))[0])).toBe('p');
    const both = Promise.all([once(backend, 'left'), once(client, 'close')]);
    client.close(4001, 'enough');
    const [left, [code]] = await both;
    expect([left, code]).toEqual([[4001, 'enough'], 4001]);
  });

  it('carry the server’s own close code', async () => {
    backend.on('connection', (ws) => ws.close(4321, 'mine'));
    const [code, reason] = (await once(dial(), 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4321, 'mine']);
  });

  const joined = async (): Promise<[Socket, Socket]> => {
    world.gate.upgrade = (_, socket) => {
      socket.on('error', () => undefined).resume();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello');
    };
    const upgraded = once(world.gate.backend, 'upgrade') as Promise<[IncomingMessage, Socket]>;
    const client = world.ask101(`${prefix}/`).resume();
    await readUntil(client, (text) => text.endsWith('hello'));
    return [client, (await upgraded)[1]];
  };

  it('may be half closed', async () => {
    const [client, server] = await joined();
    const heard = readUntil(server, (text) => text === 'last words');
    client.end('last words');
    expect(await heard).toBe('last words');
    const answer = readUntil(client, (text) => text === 'noted');
    server.end('noted');
    expect(await answer).toBe('noted');
    await closed(client);
  });

  it('fall with either side, with the code-server and, at once, with the daemon', async () => {
    const [one, oneServer] = await joined();
    const oneGone = once(oneServer, 'end');
    one.resetAndDestroy();
    await oneGone;
    const [two, twoServer] = await joined();
    const twoGone = closed(two);
    twoServer.destroy();
    await twoGone;
    const [three] = await joined();
    const threeGone = closed(three);
    await world.gate.gates.close(id);
    await threeGone;
    const { port, socketPath } = world.gate;
    await world.gate.gates.open({ id, name: 'api', port, socketPath, folder: '/' });
    const [four, fourServer] = await joined();
    const fourGone = Promise.all([closed(four), once(fourServer, 'end')]);
    const began = performance.now();
    await world.api.api.close();
    // Answers in flight get a second; an upgraded connection is none.
    expect(performance.now() - began).toBeLessThan(900);
    await fourGone;
  });

  it('of a server that refuses or is gone end with an answer', async () => {
    world.gate.upgrade = (_, socket) => socket.end('HTTP/1.1 404 Nope\r\nContent-Length: 4\r\n\r\ngone');
    const refused = world.ask101(`${prefix}/`);
    expect(await readUntil(refused, (text) => text.endsWith('gone'))).toMatch(/^HTTP\/1.1 404 Nope/);
    refused.destroy();
    world.gate.upgrade = (_, socket) => socket.destroy();
    const lost = world.ask101(`${prefix}/`);
    expect(await readUntil(lost, (text) => text.includes('</html>'))).toMatch(/^HTTP\/1.1 502/);
    lost.destroy();
  });

  it('that nobody asked the API for are answered as ordinary requests', async () => {
    for (const path of ['/health', '/ws/logsx', '/ws/']) {
      const socket = connect(world.api.tcp);
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${world.host}\r\n${bearerLine}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
      );
      const answer = await readUntil(socket, (text) => text.endsWith('}'));
      expect(answer).toMatch(path === '/health' ? /^HTTP\/1.1 200/ : /^HTTP\/1.1 404/);
      socket.destroy();
    }
  });
});
