import { createServer as createSecure } from 'node:https';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HttpRequest } from '../../../src/managers/dokploy/api/types.ts';
import { fingerprintOf } from './certificates.ts';
import { closedAfterEach, failureOf, ForAll } from './httpWorld.ts';
import { listen, plain, proxyServer, raw, secured } from './servers.ts';

const made = new ForAll();
const open = closedAfterEach({ certificate: null });
beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
    vi.stubEnv(name, '');
    vi.stubEnv(name.toUpperCase(), '');
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const get = (url: string): HttpRequest => ({
  method: 'GET',
  url,
  headers: { 'x-api-key': 'secret' },
  timeoutMs: 10_000,
});

describe('HTTPS_PROXY', () => {
  it('leads through a tunnel, and the pin is still the server’s', async () => {
    await using server = await secured(made.certificates.own);
    await using proxy = await proxyServer();
    vi.stubEnv('HTTPS_PROXY', `http://me:p%40ss@127.0.0.1:${String(proxy.port)}`);
    const http = open({ certificate: fingerprintOf(made.certificates.own) });
    const url = `https://localhost:${String(server.port)}/`;
    expect(await http.request(get(url))).toMatchObject({ status: 200, text: 'ok' });
    expect(await http.request(get(url))).toMatchObject({ status: 200 });
    const login = Buffer.from('me:p@ss').toString('base64');
    expect(proxy.asked).toEqual([`CONNECT localhost:${String(server.port)} Basic ${login}`]);

    const wrong = open({ certificate: fingerprintOf(made.certificates.other) });
    expect((await failureOf(wrong.request(get(url)))).kind).toBe('certificate');
    expect(server.keys).toEqual(['secret', 'secret']);
  });

  it('is not for the hosts of NO_PROXY', async () => {
    await using server = await secured(made.certificates.own);
    await using proxy = await proxyServer();
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${String(proxy.port)}`);
    vi.stubEnv('NO_PROXY', 'example.com,localhost');
    const http = open({ certificate: fingerprintOf(made.certificates.own) });
    expect(await http.request(get(`https://localhost:${String(server.port)}/`))).toMatchObject({ status: 200 });
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    [403, /the proxy refused with 403$/],
    [407, /407 and wants a user name and a password/],
  ])('that refuses with %i is told from the server', async (status, message) => {
    await using server = await secured(made.certificates.own);
    await using proxy = await proxyServer(status);
    const http = open({ proxy: `http://127.0.0.1:${String(proxy.port)}` });
    const failure = await failureOf(http.request(get(`https://localhost:${String(server.port)}/`)));
    expect(failure).toMatchObject({ kind: 'refused', message });
    expect(server.connections()).toBe(0);
  });

  it('that cannot be reached, or breaks off, is named without its password', async () => {
    await using tearing = await raw((socket: Socket) => void socket.once('data', () => socket.destroy()));
    const broken = open({ proxy: `http://me:secret@127.0.0.1:${String(tearing.port)}` });
    expect((await failureOf(broken.request(get('https://example.com/')))).kind).toBe('refused');
    const gone = await raw(() => undefined);
    await gone[Symbol.asyncDispose]();
    const failure = await failureOf(
      open({ proxy: `http://me:secret@127.0.0.1:${String(gone.port)}` }).request(get('https://example.com/')),
    );
    expect(failure.kind).toBe('refused');
    expect(failure.message).toContain(`the proxy 127.0.0.1:${String(gone.port)} cannot be used`);
    expect(failure.message).not.toContain('secret');
  });

  it.each(['socks5://me:secret@127.0.0.1:1080', 'http://', ':::'])(
    'refuses what is no HTTP proxy: %s',
    async (proxy) => {
      const failure = await failureOf(open({ proxy }).request(get('https://example.com/')));
      expect(failure).toMatchObject({ kind: 'refused', message: /no http:\/\/ or https:\/\/ proxy/ });
      expect(failure.message).not.toContain('secret');
    },
  );

  it('may be reached over TLS itself; that one is trusted by authorities, never by the pin', async () => {
    await using server = await secured(made.certificates.own);
    const asked: string[] = [];
    await using proxy = await listen(createSecure(made.certificates.signed));
    proxy.server.on('connect', (request, client: Socket) => {
      asked.push(String(request.url));
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const address = `https://localhost:${String(proxy.port)}`;
    const url = `https://localhost:${String(server.port)}/`;
    const pinned = { certificate: fingerprintOf(made.certificates.signed), proxy: address };
    expect((await failureOf(open(pinned).request(get(url)))).message).toMatch(/proxy .* authority/);
    expect(asked).toEqual([]);
    const trusting = open({ ...pinned, extraCa: [made.certificates.authority] });
    expect((await failureOf(trusting.request(get(url)))).message).toMatch(/refused with 502/);
    expect(asked).toEqual([`localhost:${String(server.port)}`]);
  });
});

describe('HTTP_PROXY', () => {
  it('is asked for the whole URL', async () => {
    await using proxy = await proxyServer();
    vi.stubEnv('HTTP_PROXY', `http://me:secret@127.0.0.1:${String(proxy.port)}`);
    const http = open();
    expect(await http.request(get('http://dokploy.example:3000/api/health?a=1'))).toMatchObject({
      text: 'from the proxy',
    });
    const login = Buffer.from('me:secret').toString('base64');
    expect(proxy.asked).toEqual([`GET http://dokploy.example:3000/api/health?a=1 Basic ${login}`]);
  });

  it('gives way to what is said for this server', async () => {
    await using server = await plain((_request, response) => response.end('direct'));
    await using proxy = await proxyServer();
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${String(proxy.port)}`);
    const url = `http://127.0.0.1:${String(server.port)}/`;
    expect(await open({ proxy: '' }).request(get(url))).toMatchObject({ text: 'direct' });
    expect(await open().request(get(url))).toMatchObject({ text: 'from the proxy' });
  });
});
