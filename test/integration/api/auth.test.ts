import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../src/api/contract/routes.ts';
import { bearer, startApi, type ApiWorld } from './apiWorld.ts';
import { id, token } from './fakes.ts';
import { ask, raw } from './http.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await startApi();
});
afterEach(() => world.close());

describe('authentication', () => {
  it('asks for the token on every route, on the socket and on TCP, but not on /healthz', async () => {
    const paths = Object.values(routes).map(([method, template]) => [method, template.replace('{id}', id)] as const);
    const others = [
      '/health',
      '/servers',
      '/api/events',
      `/api/code-servers/${id}/logs/stream`,
      '/openapi.json',
      '/nothing',
      '/',
    ];
    for (const to of [world.socket, world.tcp]) {
      for (const [method, url] of [...paths, ...others.map((other) => ['GET', other] as const)]) {
        for (const headers of [
          {},
          { Authorization: 'Bearer wrong' },
          { Authorization: token },
          { Authorization: `Basic ${token}` },
        ]) {
          const { status, headers: answered, text } = await ask(to, method, url, headers);
          expect([method, url, status]).toEqual([method, url, 401]);
          expect(answered['www-authenticate']).toMatch(/^Bearer/);
          const body = JSON.parse(text) as { error: unknown; code?: string };
          expect(typeof body.error === 'string' ? body.code : (body.error as { code: string }).code).toBe(
            'unauthorized',
          );
        }
      }
      expect((await ask(to, 'GET', '/healthz')).text).toBe('{"ok":true}');
      expect((await ask(to, 'GET', '/api/daemon', { Authorization: `bearer ${token}` })).status).toBe(200);
    }
    expect(world.codeServers.calls).toEqual([]);
  });

  it('refuses foreign hosts and origins on TCP, even on /healthz and with the token', async () => {
    const own = `127.0.0.1:${world.tcp.port}`;
    const cases: [headers: Record<string, string>, status: number][] = [
      [{}, 200],
      [{ Host: `localhost:${world.tcp.port}` }, 200],
      [{ Host: 'localhost:4000' }, 200],
      [{ Host: `[::1]:${world.tcp.port}` }, 200],
      [{ Host: 'evil.example' }, 403],
      [{ Host: `evil.example:${world.tcp.port}` }, 403],
      [{ Host: `localhost.evil.example:${world.tcp.port}` }, 403],
      [{ Host: `192.168.1.4:${world.tcp.port}` }, 403],
      [{ Host: own, Origin: `http://${own}` }, 200],
      [{ Host: own, Origin: `http://localhost:${world.tcp.port}` }, 403],
      [{ Host: own, Origin: 'https://evil.example' }, 403],
      [{ Host: own, Origin: 'null' }, 403],
      [{ Host: own, Origin: `http://evil.example@${own}` }, 403],
    ];
    for (const [headers, status] of cases) {
      for (const url of ['/healthz', '/api/daemon']) {
        const answer = await ask(world.tcp, 'GET', url, { ...bearer, ...headers });
        expect([headers, url, answer.status]).toEqual([headers, url, status]);
        expect(answer.text.includes('"code":"forbidden"')).toBe(status === 403);
      }
    }
    const twice = await raw(
      world.tcp.port,
      `GET /healthz HTTP/1.1\r\nHost: ${own}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    );
    expect(twice).toMatch(/^HTTP\/1.1 (400|403)/);
  });

  it('makes the socket 0600', async () => {
    expect((await stat(world.socket.socketPath)).mode & 0o777).toBe(0o600);
  });
});
