import { createServer, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { id, token, unknownId } from './fakes.ts';
import { createGateWorld, freePort, type GateWorld } from './gateWorld.ts';
import { ask, open, raw, type Answer } from './http.ts';

let world: GateWorld;
beforeEach(async () => {
  world = await createGateWorld();
});
afterEach(() => world.close());

const bearer = { Authorization: `Bearer ${token}` };
const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(world.to, 'GET', path, headers);

describe('what the server sees', () => {
  it('everything but credentials of Devyard and headers of the connection', async () => {
    let seen: readonly string[] = [];
    world.serve = (request, response) => {
      seen = request.rawHeaders;
      response.end();
    };
    const cookie = await world.enter();
    await ask(world.to, 'GET', '/', [
      'host',
      world.host,
      'X-MiXed',
      '1',
      'x-mixed',
      '2',
      'Cookie',
      `${cookie}; vscode-tkn=1; devyard-other=2`,
      'Authorization',
      `Bearer ${token}`,
      'X-Private',
      'p',
      'Connection',
      'keep-alive, X-Private, Host',
      'Keep-Alive',
      'timeout=9',
      'TE',
      'trailers',
      'Proxy-Authorization',
      'x',
      'Origin',
      `http://${world.host}`,
    ]);
    const connection = seen.slice(-2);
    expect(connection[0]).toBe('Connection');
    expect(seen.slice(0, -2)).toEqual([
      'host',
      world.host,
      'X-MiXed',
      '1',
      'x-mixed',
      '2',
      'Cookie',
      'vscode-tkn=1',
      'Origin',
      `http://${world.host}`,
      'X-Forwarded-For',
      '127.0.0.1',
      'X-Forwarded-Host',
      world.host,
      'X-Forwarded-Proto',
      'http',
    ]);
    await get('/', {
      ...bearer,
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '9.9.9.9',
      'X-Forwarded-Host': 'dev.example',
    });
    expect(seen.filter((_, index) => /^x-forwarded/i.test(seen[index - 1] ?? ''))).toEqual([
      'https',
      '9.9.9.9',
      'dev.example',
    ]);
    // A credential of the server's own is none of Devyard's.
    await get('/', { Cookie: cookie, Authorization: 'Basic abc' });
    expect(seen).toContain('Basic abc');
    expect(seen).not.toContain('Cookie');
  });

  it('the path byte for byte', async () => {
    world.serve = (request, response) => response.end(request.url);
    for (const path of ['/a%2Fb', '//x//y', '/../../etc', '/a?b=%20&c', '/%', '/?q=%E2%82%AC']) {
      const answer = await raw(
        world.port,
        Buffer.from(
          `GET ${path} HTTP/1.1\r\nHost: ${world.host}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
        ),
      );
      expect(answer).toContain(`\r\n${Buffer.from(path).toString('latin1')}`.slice(2));
    }
  });

  it('nothing ambiguous', async () => {
    const auth = `Authorization: Bearer ${token}\r\n`;
    for (const head of [
      `GET http://evil.example/ HTTP/1.1\r\nHost: ${world.host}\r\n${auth}`,
      `GET / HTTP/1.1\r\nHost: ${world.host}\r\nHost: evil.example\r\n${auth}`,
      `POST / HTTP/1.1\r\nHost: ${world.host}\r\n${auth}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`,
      `POST / HTTP/1.1\r\nHost: ${world.host}\r\n${auth}Transfer-Encoding: gzip, chunked\r\n`,
    ]) {
      expect(await raw(world.port, `${head}\r\n`)).toMatch(/^HTTP\/1.1 (400|501)/);
    }
    expect(world.reached).toEqual([]);
  });

  it('and the answer comes back with every header as it was', async () => {
    world.serve = (_, response) => {
      response.writeHead(418, 'Short And Stout', [
        'Set-Cookie',
        'a=1',
        'set-cookie',
        'b=2',
        'X-CaSe',
        'é',
        'X-Hop',
        '1',
        'Connection',
        'X-Hop',
      ]);
      response.write('x');
      response.addTrailers({ 'X-Sum': '42', 'Set-Cookie': 'evil=1' });
      response.end();
    };
    const answer = await open(world.to, 'GET', '/', bearer);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('x');
    expect([answer.statusCode, answer.statusMessage]).toEqual([418, 'Short And Stout']);
    expect(answer.rawHeaders.slice(0, 6)).toEqual(['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-CaSe', 'é']);
    expect(answer.headers['x-hop']).toBeUndefined();
    expect(answer.trailers).toEqual({ 'x-sum': '42' });
  });

  it('one connection for many requests', async () => {
    for (let i = 0; i < 5; i++) expect((await get('/', bearer)).status).toBe(200);
    expect(world.reached).toHaveLength(1);
  });

  it('once more when it closes a connection that is used again, and only what may be repeated', async () => {
    const used = new Set<unknown>();
    world.serve = (request, response) => {
      if (used.has(request.socket)) request.socket.destroy();
      else response.end('fresh');
      used.add(request.socket);
    };
    expect((await get('/', bearer)).text).toBe('fresh');
    expect((await get('/', bearer)).text).toBe('fresh');
    expect((await ask(world.to, 'POST', '/', bearer)).status).toBe(502);
    expect(used.size).toBe(2);
  });

  it('once more on a new connection, when it closes all of them together', async () => {
    const waiting: ServerResponse[] = [];
    world.serve = (_, response) => {
      if (waiting.push(response) === 5) for (const each of waiting) each.end('first');
    };
    await Promise.all(Array.from({ length: 5 }, () => get('/', bearer)));
    const known = new Set(world.reached);
    expect(known.size).toBe(5);
    world.serve = (request, response) => {
      if (known.has(request.socket)) request.socket.destroy();
      else response.end('fresh');
    };
    expect((await get('/', bearer)).text).toBe('fresh');
  });

  it('and an idle connection it just closed costs nobody an answer', async () => {
    for (let i = 0; i < 20; i++) {
      expect((await get('/', bearer)).status).toBe(200);
      for (const socket of world.reached.splice(0)) socket.destroy();
    }
  });
});

describe('a server that is not there', () => {
  it('is waited for by a page and reported to a script', async () => {
    await new Promise((resolve) => {
      world.backend.close(resolve);
    });
    const page = await get('/?folder=x', { ...bearer, Accept: 'text/html,*/*', 'Sec-Fetch-Mode': 'navigate' });
    expect([page.status, page.headers['refresh'], page.headers['retry-after']]).toEqual([503, '1', '1']);
    expect(page.text).toContain('starting');
    expect((await get('/x.js', { ...bearer, Accept: '*/*' })).status).toBe(502);
    expect((await get('/', { ...bearer, Accept: 'text/html', 'Sec-Fetch-Mode': 'cors' })).status).toBe(502);
    expect((await ask(world.to, 'POST', '/', bearer, 'x'.repeat(100_000))).status).toBe(502);
    expect((await get('/', { Accept: 'text/html' })).status).toBe(401);
  });
});

describe('open and close', () => {
  it('names who has the port and leaves nothing behind', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const target = { id: unknownId, name: 'b', port, socketPath: world.socketPath, folder: '/' };
    await expect(world.gates.open(target)).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(process.platform === 'linux' ? `process ${process.pid} (` : 'in use'),
    });
    expect(() => world.gates.mintTicket(unknownId)).toThrow(expect.objectContaining({ code: 'wrong-state' }));
    await new Promise((resolve) => holder.close(resolve));
    await world.gates.open(target);
  });

  it('keeps the listener for the same port, moves for another, frees what it leaves', async () => {
    const target = { id, name: 'renamed', port: world.port, socketPath: world.socketPath, folder: '/new' };
    const idle = await open(world.to, 'GET', '/', bearer);
    idle.resume();
    await world.gates.open(target);
    expect(world.gates.mintTicket(id).url).toContain('folder=%2Fnew');
    const moved = await freePort();
    await Promise.all([world.gates.open({ ...target, port: moved }), world.gates.open({ ...target, port: moved })]);
    expect((await ask({ host: '127.0.0.1', port: moved }, 'GET', '/', bearer)).status).toBe(200);
    await expect(get('/', bearer)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await Promise.all([world.gates.close(id), world.gates.open({ ...target, port: moved }), world.gates.close(id)]);
    await world.gates.close(id);
    const next = createServer();
    await new Promise<void>((resolve, reject) => next.once('error', reject).listen(moved, '127.0.0.1', resolve));
    await new Promise((resolve) => next.close(resolve));
  });
});
