import * as fc from 'fast-check';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { id, unknownId } from './fakes.ts';
import { freePort } from './gateWorld.ts';
import { ask, closed, raw, readUntil, type Answer } from './http.ts';
import { bearer, bearerLine, createProxyWorld, type ProxyWorld } from './proxyWorld.ts';

let world: ProxyWorld;
let prefix: string;
beforeEach(async () => {
  world = await createProxyWorld();
  ({ prefix } = world);
});
afterEach(() => world.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(world.api.tcp, 'GET', path, headers);

describe('where it leads', () => {
  it('to the server’s own path, byte for byte, on TCP and on the socket', async () => {
    const tails = [
      '/',
      '/a%2Fb',
      '//x//y',
      '/..%2f..%2Fetc',
      '/../../etc',
      '/./a/.',
      '/a?b=%20&c',
      '/%',
      '/%zz',
      '/?q=%E2%82%AC',
      '/?',
      '/a;b=c',
      `${prefix}/again`,
      '/a?devyard-ticke=1',
    ];
    for (const tail of tails) {
      const answer = await raw(
        world.api.tcp.port,
        `GET ${prefix}${tail} HTTP/1.1\r\nHost: ${world.host}\r\n${bearerLine}Connection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 200/);
      expect(answer.endsWith(`\r\n\r\nbackend ${tail}`) || answer.includes(`backend ${tail}\r\n0`)).toBe(true);
      expect((await ask(world.api.socket, 'GET', `${prefix}${tail}`, bearer)).text).toBe(`backend ${tail}`);
    }
  });

  it('every path that a client may send', async () => {
    const unit = fc.constantFrom('/', '.', '%2e', '%2F', '%', '?', '&', '=', 'a', ';', ':', '@', '*', '[', '|', '\\');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 20 }), async (tail) => {
        const { text } = await ask(world.api.socket, 'GET', `${prefix}/${tail}`, bearer);
        expect(text).toBe(`backend /${tail}`);
      }),
      { numRuns: 100 },
    );
  });

  it('any method', async () => {
    world.gate.serve = (request, response) => {
      response.setHeader('X-Method', request.method ?? '');
      request.resume().on('end', () => response.end('body'));
    };
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'MKCOL', 'PURGE']) {
      const { status, headers, text } = await ask(world.api.tcp, method, `${prefix}/x`, bearer);
      expect([status, headers['x-method'], text]).toEqual([200, method, method === 'HEAD' ? '' : 'body']);
    }
  });

  it('first to the place with a slash, wherever that is seen from outside', async () => {
    for (const [tail, location] of [
      ['', `./${world.gate.port}/`],
      ['?folder=%2Fa&b', `./${world.gate.port}/?folder=%2Fa&b`],
    ] as const) {
      const { status, headers } = await get(`${prefix}${tail}`, bearer);
      expect([status, headers.location]).toEqual([307, location]);
      expect(new URL(headers.location ?? '', `https://dev.example/outer${prefix}`).pathname).toBe(`/outer${prefix}/`);
    }
    const socket = world.ask101(prefix);
    expect(await readUntil(socket, (text) => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 307/);
    await closed(socket.end());
    expect(world.gate.reached).toEqual([]);
  });

  it('keeps a relative redirect of the server below the prefix', async () => {
    world.gate.serve = (_, response) => response.writeHead(302, { Location: './?folder=/a' }).end();
    const { headers } = await get(`${prefix}/`, bearer);
    expect(new URL(headers.location ?? '', `http://h${prefix}/`).href).toBe(`http://h${prefix}/?folder=/a`);
  });

  it('nowhere but to running code-servers', async () => {
    let strangers = 0;
    const stranger = createServer((_, response) => response.end('secret')).on('connection', () => strangers++);
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as { port: number };
    const paths = [
      '/vscode/22',
      '/vscode/22/',
      `/vscode/${port}/`,
      `/vscode/${port}`,
      `${prefix}abc`,
      `${prefix}abc/`,
      '/vscode/99999/',
      '/vscode/0/',
      `/vscode/0${world.gate.port}/`,
      `/vscode/+${world.gate.port}/`,
      `/vscode/%3${String(world.gate.port)[0] ?? ''}${String(world.gate.port).slice(1)}/`,
      `/vscode//${world.gate.port}/`,
      `//vscode/${world.gate.port}/`,
      `/VSCODE/${world.gate.port}/`,
      `/vscode/${world.gate.port}%2F/`,
      `/vscode/${world.gate.port}/../..%2f`.replace(String(world.gate.port), '22'),
      '/vscode/',
      '/vscode',
      '/vscode/127.0.0.1:22/',
      '/vscode/[::1]/',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'POST']) {
        const headers = { ...bearer, ...(method === 'POST' ? { 'Content-Type': 'text/plain' } : {}) };
        const body = method === 'POST' ? 'x' : undefined;
        const { status, text } = await ask(world.api.tcp, method, path, headers, body);
        expect([method, path, status]).toEqual([method, path, 404]);
        const said = JSON.parse(text) as { error: unknown; code: unknown };
        // `//vscode` is no path of the original's.
        if (path.startsWith('/vscode')) expect([typeof said.error, said.code]).toEqual(['string', 'not-found']);
      }
      const socket = world.ask101(path);
      expect(await readUntil(socket, (text) => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 404/);
      socket.destroy();
    }
    expect([strangers, world.gate.reached.length]).toEqual([0, 0]);
    // A browser gets a page, and the same one for every port: it tells nobody what runs.
    await world.gate.gates.close(id);
    const html = { Accept: 'text/html,*/*;q=0.8' };
    const pages = await Promise.all(['/vscode/22/', `${prefix}/?folder=%2Fx`].map((path) => get(path, html)));
    for (const { status, text } of pages) expect([status, text]).toEqual([404, pages[0]?.text]);
    expect(pages[0]?.text).toContain('No code-server runs here');
    expect((await get(`${prefix}/`, { ...html, Host: 'evil.example' })).status).toBe(403);
    expect((await get(`${prefix}/`, bearer)).status).toBe(404);
    await new Promise((resolve) => stranger.close(resolve));
  });
});

describe('who gets in', () => {
  it('nobody without a credential', async () => {
    for (const headers of [{}, { Authorization: 'Bearer no' }, { Cookie: 'devyard-x=1.2' }]) {
      for (const path of ['/', '/healthz', '/?devyard-ticket=x']) {
        expect((await get(`${prefix}${path}`, headers)).status).toBe(401);
        expect((await ask(world.api.socket, 'GET', `${prefix}${path}`, headers)).status).toBe(401);
      }
    }
    for (const method of ['POST', 'HEAD', 'OPTIONS', 'PROPFIND'])
      expect((await ask(world.api.tcp, method, `${prefix}/`)).status).toBe(401);
    const socket = world.ask101(`${prefix}/`, '');
    expect(await readUntil(socket, (text) => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 401/);
    socket.destroy();
    // What is not there is no more said to strangers than anything else is.
    expect((await get('/vscode/22/')).status).toBe(401);
    expect(world.gate.reached).toEqual([]);
  });

  it('a ticket, once, for cookies of this path', async () => {
    const path = world.ticketPath();
    expect(path).toMatch(new RegExp(`^${prefix}/\\?folder=%2Fhome%2Fa%20b&devyard-ticket=[\\w-]{43}$`));
    const { status, headers } = await get(path);
    expect([status, headers.location]).toEqual([302, './?folder=%2Fhome%2Fa%20b']);
    const cookies = headers['set-cookie'] ?? [];
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) expect(cookie).toContain(`; Path=${prefix}/; Max-Age=2592000; HttpOnly; `);
    expect((await get(path)).status).toBe(401);
    for (const cookie of cookies) {
      const { text } = await get(`${prefix}/x`, { Cookie: `a=b; ${cookie.split(';', 1)[0] ?? ''}` });
      expect(text).toBe('backend /x');
    }
    // The API itself knows no cookies.
    expect((await get('/api/daemon', { Cookie: await world.enter() })).status).toBe(401);
  });

  it('under the address the ticket was made for', async () => {
    const { port } = world.api.tcp;
    const cookie = await world.enter();
    expect((await get(`${prefix}/`, { Cookie: cookie, Host: `localhost:${port}` })).status).toBe(403);
    const { status } = await get(world.ticketPath(), { Host: `localhost:${port}` });
    expect(status).toBe(302);
    expect((await get(world.ticketPath(), { Host: 'localhost:1' })).status).toBe(403);
    const { gates } = world.gate;
    expect(gates.mintProxyTicket(id, 'https://dev.example/outer/', '/f').url).toMatch(
      new RegExp(`^https://dev\\.example/outer${prefix}/\\?folder=%2Ff&devyard-ticket=`),
    );
    for (const base of ['', 'no', 'ftp://a', 'http://u:p@a', 'javascript:1'])
      expect(() => gates.mintProxyTicket(id, base)).toThrow(
        expect.objectContaining({ code: 'invalid', field: 'base' }),
      );
    expect(() => gates.mintProxyTicket(unknownId, 'http://a')).toThrow(
      expect.objectContaining({ code: 'wrong-state' }),
    );
  });

  it('no cookie that is old, or of another server or address', async () => {
    const cookie = await world.enter();
    const port = await freePort();
    const { socketPath } = world.gate;
    await world.gate.gates.open({ id: unknownId, name: 'other', port, socketPath, folder: '/' });
    expect((await get(`/vscode/${port}/`, { Cookie: cookie })).status).toBe(401);
    expect((await get(`/vscode/${port}/`, bearer)).status).toBe(200);
    const ticket = world.ticketPath();
    expect((await get(ticket.replace(prefix, `/vscode/${port}`))).status).toBe(401);
    expect((await get(`${prefix}/`, { Cookie: await world.gate.enter() })).status).toBe(403);
    world.gate.clock.pass(60_000);
    expect((await get(ticket)).status).toBe(401);
    world.gate.clock.pass(30 * 24 * 3_600_000);
    expect((await get(`${prefix}/`, { Cookie: cookie })).status).toBe(401);
  });

  it('no foreign page and no foreign name, whatever it holds', async () => {
    const cookie = await world.enter();
    const own = world.host;
    for (const [headers, status] of [
      [{ Origin: `http://${own}` }, 200],
      [{ Origin: `http://${world.gate.host}` }, 403],
      [{ Origin: 'http://evil.example' }, 403],
      [{ Origin: 'null' }, 403],
      [{ Host: 'evil.example' }, 403],
      [{ Host: 'evil.example', Origin: 'http://evil.example' }, 403],
      [{ Host: `192.168.1.4:${world.api.tcp.port}` }, 403],
    ] as const) {
      for (const credential of [{ Cookie: cookie }, bearer]) {
        const answer = await get(`${prefix}/`, { ...credential, ...headers });
        expect([headers, answer.status]).toEqual([headers, status]);
        const lines = Object.entries({ ...credential, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
        if (status === 200 || 'Host' in headers) continue;
        const socket = world.ask101(`${prefix}/`, lines.join(''));
        expect(await readUntil(socket, (text) => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 403/);
        socket.destroy();
      }
    }
    // No door policy on the socket, but still no page of another origin.
    expect(
      (await ask(world.api.socket, 'GET', `${prefix}/`, { ...bearer, Origin: 'http://evil.example' })).status,
    ).toBe(403);
  });

  it('nothing ambiguous, and nothing compressed', async () => {
    const { port } = world.api.tcp;
    for (const [head, status] of [
      [`GET ${prefix}/ HTTP/1.1\r\nHost: ${world.host}\r\nHost: ${world.host}\r\n`, '400|403'],
      [`GET ${prefix}/ HTTP/1.1\r\nHost: ${world.host}\r\nHost: evil.example\r\n`, '400|403'],
      [`GET http://${world.host}${prefix}/ HTTP/1.1\r\nHost: ${world.host}\r\n`, '400|404'],
      [`GET http://evil.example${prefix}/ HTTP/1.1\r\nHost: ${world.host}\r\n`, '400|404'],
      [`POST ${prefix}/ HTTP/1.1\r\nHost: ${world.host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n`, '400'],
      [`POST ${prefix}/ HTTP/1.1\r\nHost: ${world.host}\r\nTransfer-Encoding: gzip, chunked\r\n`, '400|501'],
      [`CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: ${world.host}\r\n`, ''],
    ] as const) {
      const answer = await raw(port, `${head}${bearerLine}Connection: close\r\n\r\n`);
      expect(answer).toMatch(status === '' ? /^$/ : new RegExp(`^HTTP/1.1 (${status})`));
    }
    for (const encoding of ['br', 'gzip, br'])
      expect((await ask(world.api.tcp, 'POST', `${prefix}/`, { ...bearer, 'Content-Encoding': encoding })).status).toBe(
        415,
      );
    expect(world.gate.reached).toEqual([]);
  });

  it('two Hosts are refused on the socket, too', async () => {
    const socket = connect(world.api.socket.socketPath);
    socket.write(`GET ${prefix}/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n${bearerLine}\r\n`);
    expect(await readUntil(socket, (text) => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 400/);
    socket.destroy();
  });
});

describe('what the server sees', () => {
  it('no credential of Devyard, and where it is seen from', async () => {
    let seen: readonly string[] = [];
    world.gate.serve = (request, response) => {
      seen = request.rawHeaders;
      response.end();
    };
    const cookie = await world.enter();
    await get(`${prefix}/`, { ...bearer, Cookie: `${cookie}; vscode-tkn=1`, Origin: `http://${world.host}` });
    expect(seen.join('\n').toLowerCase()).not.toMatch(/bearer|devyard-|authorization/);
    const value = (name: string): string | undefined => seen[seen.indexOf(name) + 1];
    expect([value('Cookie'), value('X-Forwarded-Host'), value('X-Forwarded-Proto'), value('X-Forwarded-For')]).toEqual([
      'vscode-tkn=1',
      world.host,
      'http',
      '127.0.0.1',
    ]);
    await get(`${prefix}/`, { ...bearer, 'X-Forwarded-Proto': 'https' });
    expect(value('X-Forwarded-Proto')).toBe('https');
    await ask(world.api.socket, 'GET', `${prefix}/`, bearer);
    expect(seen).not.toContain('X-Forwarded-For');
  });
});
