import { createHash, randomBytes } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { token } from './fakes.ts';
import { createGateWorld, type GateWorld } from './gateWorld.ts';
import { ask, closed, open, raw, readUntil } from './http.ts';

let world: GateWorld;
beforeEach(async () => {
  world = await createGateWorld();
});
afterEach(() => world.close());

const bearer = { Authorization: `Bearer ${token}` };

async function digestOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

describe('streaming', () => {
  const piece = randomBytes(1024 * 1024);
  const pieces = 64;
  const expected = createHash('sha256');
  for (let i = 0; i < pieces; i++) expected.update(piece);
  const sum = expected.digest('hex');
  const source = (): Readable => Readable.from(Array.from({ length: pieces }, () => piece));

  it('64 MB up and 64 MB down arrive whole', async () => {
    world.serve = (incoming, response) => {
      void digestOf(incoming).then((got) => {
        response.setHeader('X-Sum', got);
        return pipeline(source(), response);
      });
    };
    const outgoing = request({ ...world.to, agent: false, method: 'POST', path: '/', headers: bearer });
    const answered = new Promise<IncomingMessage>((resolve) => outgoing.on('response', resolve));
    await pipeline(source(), outgoing);
    const answer = await answered;
    expect(answer.headers['x-sum']).toBe(sum);
    expect(await digestOf(answer)).toBe(sum);
  });

  it('waits for a reader that does not read', async () => {
    let sent = 0;
    world.serve = (_, response) => {
      const more = (): void => {
        while (sent < pieces && response.write(piece)) sent++;
        if (sent < pieces) response.once('drain', () => (sent++, more()));
        else response.end();
      };
      more();
    };
    const answer = await open(world.to, 'GET', '/', bearer);
    answer.pause();
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(sent).toBeLessThan(16);
    expect(await digestOf(answer)).toBe(sum);
  });

  it('passes the head and each piece on at once', async () => {
    let next = (): void => undefined;
    world.serve = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
      next = () => response.write('data: 1\n\n');
    };
    const answer = await open(world.to, 'GET', '/', bearer);
    const got = readUntil(answer, (text) => text.length > 0);
    next();
    expect(await got).toBe('data: 1\n\n');
    answer.destroy();
  });

  it('answers Expect: 100-continue after looking at the credential', async () => {
    world.serve = (incoming, response) => incoming.pipe(response);
    const outgoing = request({
      ...world.to,
      agent: false,
      method: 'POST',
      path: '/',
      headers: { ...bearer, Expect: '100-continue' },
    });
    outgoing.flushHeaders();
    await new Promise((resolve) => outgoing.on('continue', resolve));
    outgoing.end('body');
    const answer = await new Promise<IncomingMessage>((resolve) => outgoing.on('response', resolve));
    expect(await readUntil(answer, (text) => text === 'body')).toBe('body');
    const refused = await raw(
      world.port,
      `POST / HTTP/1.1\r\nHost: ${world.host}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`,
    );
    expect(refused).toMatch(/^HTTP\/1.1 401/);
  });

  it('lets an early answer through while the upload goes on', async () => {
    world.serve = (_, response) => {
      response.writeHead(413);
      response.end('too large');
    };
    const answer = await ask(world.to, 'POST', '/', bearer, Buffer.alloc(8 * 1024 * 1024));
    expect([answer.status, answer.text]).toEqual([413, 'too large']);
  });
});

describe('small answers', () => {
  it('keep their bytes and their framing, whole in one packet or not', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    world.serve = (incoming, response) => {
      const { method, url } = incoming;
      if (url === '/none') response.writeHead(204).end();
      else if (url === '/same') response.writeHead(304, { ETag: '"é"' }).end();
      else if (url === '/chunked') response.write(bytes, () => response.end(bytes));
      else if (url === '/together') {
        response.addTrailers({ 'X-Sum': '42' });
        response.writeHead(200, { Trailer: 'X-Sum' });
        response.end(bytes);
      } else response.writeHead(200, { 'Content-Length': '256' }).end(method === 'HEAD' ? undefined : bytes);
    };
    const send = async (method: string, path: string): Promise<[head: string, body: string]> => {
      const head = `${method} ${path} HTTP/1.1\r\nHost: ${world.host}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;
      const answer = await raw(world.port, head);
      const end = answer.indexOf('\r\n\r\n') + 4;
      return [answer.slice(0, end), answer.slice(end)];
    };
    const whole = bytes.toString('latin1');
    expect((await send('GET', '/'))[1]).toBe(whole);
    const [head, nothing] = await send('HEAD', '/');
    expect([/content-length: 256\r\n/i.test(head), nothing]).toEqual([true, '']);
    expect(await send('GET', '/none')).toEqual([expect.stringMatching(/^HTTP\/1.1 204 /), '']);
    expect(await send('GET', '/same')).toEqual([expect.stringContaining('ETag: "é"\r\n'), '']);
    expect((await send('GET', '/together'))[1]).toBe(`100\r\n${whole}\r\n0\r\nX-Sum: 42\r\n\r\n`);
    const [, chunked] = await send('GET', '/chunked');
    expect(chunked.replaceAll(/(?:^|\r\n)(?:100|200|0)\r\n/g, '')).toBe(`${whole}${whole}\r\n`);
  });
});

describe('breaking off', () => {
  it('a reader that goes takes the request to the server with it', async () => {
    let gone = Promise.resolve();
    world.serve = (incoming, response) => {
      gone = closed(incoming.socket);
      response.write('first');
    };
    const answer = await open(world.to, 'GET', '/', bearer);
    await readUntil(answer, (text) => text === 'first');
    answer.destroy();
    await expect(gone).resolves.toBeUndefined();
  });

  it('also before there is an answer', async () => {
    const arrived = new Promise<IncomingMessage>((resolve) => (world.serve = resolve));
    const socket = connect(world.port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: ${world.host}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    const gone = closed((await arrived).socket);
    socket.destroy();
    await expect(gone).resolves.toBeUndefined();
  });

  it('an upload that stops half way, too', async () => {
    const arrived = new Promise<IncomingMessage>(
      (resolve) => (world.serve = (incoming) => resolve(incoming.on('error', () => undefined).resume())),
    );
    const socket = connect(world.port, '127.0.0.1');
    socket.write(
      `POST / HTTP/1.1\r\nHost: ${world.host}\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\nhalf`,
    );
    const incoming = await arrived;
    const gone = closed(incoming);
    socket.destroy();
    await gone;
    expect(incoming.complete).toBe(false);
  });

  it.each([
    ['with a length', { 'Content-Length': '1000' }],
    ['chunked', {}],
  ])('a server that dies in its answer never looks whole (%s)', async (_, headers) => {
    world.serve = (incoming, response) => {
      response.writeHead(200, headers);
      response.write('half', () => incoming.socket.destroy());
    };
    const answer = await open(world.to, 'GET', '/', bearer);
    await expect(digestOf(answer)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await ask(world.to, 'GET', '/', {})).status).toBe(401);
  });

  it('a server that dies before its answer is a 502', async () => {
    world.serve = (incoming) => incoming.socket.destroy();
    expect((await ask(world.to, 'GET', '/', bearer)).status).toBe(502);
    expect((await ask(world.to, 'POST', '/', bearer, Buffer.alloc(3_000_000))).status).toBe(502);
  });
});
