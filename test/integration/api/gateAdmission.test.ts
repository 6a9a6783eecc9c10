import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGates } from '../../../src/api/server/gate/gates.ts';
import { id, token, unknownId } from './fakes.ts';
import { cookieKey, createGateWorld, freePort, type GateWorld } from './gateWorld.ts';
import { ask, type Answer } from './http.ts';

let world: GateWorld;
beforeEach(async () => {
  world = await createGateWorld();
});
afterEach(() => world.close());

const bearer = { Authorization: `Bearer ${token}` };
const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(world.to, 'GET', path, headers);
const ticketPath = (host?: string): string => {
  const { pathname, search } = new URL(world.gates.mintTicket(id, undefined, host).url);
  return pathname + search;
};

describe('who gets in', () => {
  it('nobody without a credential, /healthz included', async () => {
    const foreign = `devyard-${id}-00000000=${Buffer.from(JSON.stringify({ id, host: world.host, exp: 9e15 })).toString('base64url')}.AAAA`;
    for (const path of [
      '/',
      '/healthz',
      '/healthz?',
      '/?devyard-ticket=nonsense',
      '/?devyard-ticket=',
      '/static/x.js',
    ]) {
      for (const headers of [
        {},
        { Authorization: 'Bearer no' },
        { Authorization: `Basic ${token}` },
        { Cookie: foreign },
      ]) {
        const { status, text, headers: answered } = await get(path, headers);
        expect([path, headers, status]).toEqual([path, headers, 401]);
        expect(text).toContain('Open it from Devyard');
        expect(text).toContain('api &#60;1&#62;');
        expect(answered['www-authenticate']).toMatch(/^Bearer/);
        expect(answered['content-security-policy']).toContain("default-src 'none'");
      }
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])
      expect((await ask(world.to, method, '/')).status).toBe(401);
    expect(world.reached).toEqual([]);
  });

  it('a ticket, once, for a cookie and a relative place without it', async () => {
    const path = ticketPath();
    expect(path).toMatch(/^\/\?folder=%2Fhome%2Fa%20b&devyard-ticket=[\w-]{43}$/);
    const { status, headers } = await get(path);
    expect([status, headers.location]).toEqual([302, './?folder=%2Fhome%2Fa%20b']);
    expect(headers['cache-control']).toBe('no-store');
    const [framed, lax] = headers['set-cookie'] ?? [];
    expect(framed).toMatch(
      new RegExp(`^devyard-${id}.*; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=None; Partitioned$`),
    );
    expect(lax).toMatch(/^devyard-lax-[^;]*; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    expect((await get(path)).status).toBe(401);
    // Each of the two cookies is enough.
    for (const cookie of [framed, lax]) {
      expect((await get('/x', { Cookie: `a=b; ${cookie?.split(';', 1)[0] ?? ''}` })).text).toBe('backend /x');
    }
    expect(world.reached.length).toBeGreaterThan(0);
  });

  it('keeps who is in when the used ticket is shown again', async () => {
    const path = ticketPath();
    await get(path);
    const again = await get(path, { Cookie: await world.enter() });
    expect([again.status, again.headers.location, again.headers['set-cookie']]).toEqual([
      302,
      './?folder=%2Fhome%2Fa%20b',
      undefined,
    ]);
  });

  it('no ticket that is old, of another server, of another host, or not fetched', async () => {
    const old = ticketPath();
    world.clock.pass(60_000);
    expect((await get(old)).status).toBe(401);
    const other = await freePort();
    await world.gates.open({ id: unknownId, name: 'other', port: other, socketPath: world.socketPath, folder: '/' });
    expect((await ask({ host: '127.0.0.1', port: other }, 'GET', ticketPath())).status).toBe(401);
    const path = ticketPath();
    expect((await ask(world.to, 'POST', path)).status).toBe(401);
    expect((await ask(world.to, 'HEAD', path)).status).toBe(401);
    expect((await get(path, { Host: `evil.example:${world.port}` })).status).toBe(403);
    expect((await get(path, { Host: `localhost:${world.port}` })).status).toBe(302);
    expect(() => world.gates.mintTicket('01890000-0000-7000-8000-00000000dead')).toThrow(
      expect.objectContaining({ code: 'wrong-state' }),
    );
  });

  it('lets another host in when the ticket was made for it, under that host only', async () => {
    const { headers } = await get(ticketPath('Dev.Example:443'), { Host: 'dev.example:443' });
    const cookie = headers['set-cookie']?.[1]?.split(';', 1)[0] ?? '';
    expect((await get('/', { Cookie: cookie, Host: 'dev.example:443' })).status).toBe(200);
    expect((await get('/', { Cookie: cookie })).status).toBe(403);
    expect((await get('/', { Cookie: cookie, Host: 'evil.example' })).status).toBe(403);
    // Both doors of one server at once: one cookie does not throw out the other.
    expect((await get('/', { Cookie: `${cookie}; ${await world.enter()}` })).status).toBe(200);
  });

  it('no page of another origin, whatever it holds', async () => {
    const cookie = await world.enter();
    for (const [origin, status] of [
      [`http://${world.host}`, 200],
      [`https://${world.host}`, 200],
      [`http://localhost:${world.port}`, 403],
      ['http://evil.example', 403],
      ['null', 403],
      [`http://x@${world.host}`, 403],
      ['', 403],
    ] as const) {
      for (const credential of [{ Cookie: cookie }, bearer]) {
        expect([origin, (await get('/', { ...credential, Origin: origin })).status]).toEqual([origin, status]);
      }
    }
  });

  it('refuses a cookie that expired, was changed, or is of another server', async () => {
    const cookie = await world.enter();
    const other = await freePort();
    await world.gates.open({ id: unknownId, name: 'other', port: other, socketPath: world.socketPath, folder: '/' });
    expect((await ask({ host: '127.0.0.1', port: other }, 'GET', '/', { Cookie: cookie })).status).toBe(401);
    expect(
      (await get('/', { Cookie: cookie.replaceAll(/.(?=;|$)/g, (last) => (last === 'A' ? 'B' : 'A')) })).status,
    ).toBe(401);
    expect((await get('/', { Cookie: cookie.replaceAll('=ey', '=ex') })).status).toBe(401);
    world.clock.pass(30 * 24 * 3_600_000);
    expect((await get('/', { Cookie: cookie })).status).toBe(401);
  });

  it('knows its cookies after a restart of the daemon, with the same key only', async () => {
    const cookie = await world.enter();
    await world.gates.closeAll();
    for (const [key, status] of [
      [cookieKey, 200],
      [Buffer.alloc(32, 8), 401],
    ] as const) {
      const next = createGates({
        token: 'another-token',
        cookieKey: key,
        clock: world.clock,
        onProblem: () => undefined,
      });
      await next.open({ id, name: 'api', port: world.port, socketPath: world.socketPath, folder: '/' });
      expect((await get('/', { Cookie: cookie })).status).toBe(status);
      expect((await get('/', bearer)).status).toBe(401);
      await next.closeAll();
    }
  });
});

describe('what gets through', () => {
  it('no compressed body: its decoder would be an attacker’s first stop', async () => {
    for (const encoding of ['br', 'gzip', 'Deflate', 'gzip, br']) {
      expect((await ask(world.to, 'POST', '/upload', { ...bearer, 'Content-Encoding': encoding })).status).toBe(415);
    }
    expect(world.reached).toEqual([]);
    expect((await ask(world.to, 'POST', '/upload', { ...bearer, 'Content-Encoding': 'identity' })).status).toBe(200);
  });
});
