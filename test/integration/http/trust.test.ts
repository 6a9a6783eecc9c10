import { writeFile } from 'node:fs/promises';
import { connect as connectTls, createServer as createTls } from 'node:tls';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { HttpPort, HttpResponse } from '../../../src/managers/dokploy/api/types.ts';
import { buildEntry } from '../../../esbuild.mjs';
import { fingerprintOf, type Identity } from './certificates.ts';
import { closedAfterEach, failureOf, ForAll } from './httpWorld.ts';
import { listen, raw, secured } from './servers.ts';

const made = new ForAll();
const open = closedAfterEach({ certificate: null, proxy: '' });

const ask = (http: HttpPort, port: number, host = 'localhost'): Promise<HttpResponse> =>
  http.request({
    method: 'GET',
    url: `https://${host}:${String(port)}/`,
    headers: { 'x-api-key': 'secret' },
    timeoutMs: 10_000,
  });

describe('without a pin', () => {
  it.each([
    ['signed by itself', 'own', /signed by itself/],
    ['of an unknown authority', 'signed', /authority that this machine does not know/],
  ] as const)('refuses a certificate %s before anything is sent, and shows it', async (_what, name, reason) => {
    const identity = made.certificates[name];
    await using server = await secured(identity);
    const failure = await failureOf(ask(open(), server.port));
    expect(failure.kind).toBe('certificate');
    expect(failure.message).toMatch(reason);
    expect(failure.certificate).toMatchObject({ fingerprint: fingerprintOf(identity) });
    expect(failure.certificate?.subject).toContain('CN=');
    expect(Date.parse(failure.certificate?.validTo ?? '')).toBeGreaterThan(Date.now());
    expect(server.keys).toEqual([]);
  });

  it('trusts the authorities that it is given, by name and by address', async () => {
    await using server = await secured(made.certificates.signed);
    const http = open({ extraCa: [made.certificates.authority] });
    expect(await ask(http, server.port)).toMatchObject({ status: 200, text: 'ok' });
    expect(await ask(http, server.port, '127.0.0.1')).toMatchObject({ status: 200 });
    expect(server.keys).toEqual(['secret', 'secret']);
  });

  it('refuses a certificate of a trusted authority for another name', async () => {
    await using server = await secured(made.certificates.misnamed);
    const failure = await failureOf(ask(open({ extraCa: [made.certificates.authority] }), server.port));
    expect(failure).toMatchObject({ kind: 'certificate', message: 'its certificate is for another host name' });
    expect(server.keys).toEqual([]);
  });

  it('hears NODE_EXTRA_CA_CERTS', async () => {
    await using server = await secured(made.certificates.signed);
    const script = join(made.folder.path, 'ask.cjs');
    await buildEntry('src/http/http.ts', join(made.folder.path, 'http.cjs'), { packages: 'bundle' });
    await writeFile(
      script,
      `const { createHttp } = require('./http.cjs');
       const http = createHttp({ certificate: null, proxy: '' });
       http.request({ method: 'GET', url: process.argv[2], headers: {}, timeoutMs: 10000 })
         .then(({ text }) => console.log(text), ({ kind }) => console.log(kind)).finally(() => http.close());`,
    );
    const url = `https://localhost:${String(server.port)}/`;
    const told = await execa(process.execPath, [script, url], {
      env: { NODE_EXTRA_CA_CERTS: made.certificates.authorityFile },
    });
    const untold = await execa(process.execPath, [script, url], { env: { NODE_EXTRA_CA_CERTS: '' } });
    expect([told.stdout, untold.stdout]).toEqual(['ok', 'certificate']);
  });
});

describe('with a pin', () => {
  it.each(['own', 'signed', 'misnamed'] as const)('takes exactly that certificate: %s', async (name) => {
    const identity = made.certificates[name];
    await using server = await secured(identity);
    const http = open({ certificate: fingerprintOf(identity) });
    expect(await ask(http, server.port)).toMatchObject({ status: 200 });
    expect(await ask(http, server.port)).toMatchObject({ status: 200 });
    expect(server.connections()).toBe(1);
    const lower = open({ certificate: fingerprintOf(identity).toLowerCase() });
    expect(await ask(lower, server.port)).toMatchObject({ status: 200 });
  });

  it.each([
    ['with the same key', 'own', 'renewed'],
    ['with another key', 'own', 'other'],
    ['that authorities vouch for', 'own', 'signed'],
  ] as const)('refuses another one %s before anything is sent', async (_what, pinned, offered) => {
    await using server = await secured(made.certificates[offered]);
    const http = open({
      certificate: fingerprintOf(made.certificates[pinned]),
      extraCa: [made.certificates.authority],
    });
    const failure = await failureOf(ask(http, server.port));
    expect(failure).toMatchObject({ kind: 'certificate', message: /another certificate/ });
    expect(failure.certificate?.fingerprint).toBe(fingerprintOf(made.certificates[offered]));
    expect(server.keys).toEqual([]);
  });

  it('looks again at each new connection: a server that changes its certificate is found out', async () => {
    await using server = await secured(made.certificates.own);
    const http = open({ certificate: fingerprintOf(made.certificates.own) });
    await ask(http, server.port);
    server.server.setSecureContext(made.certificates.renewed);
    server.server.closeAllConnections();
    // The first request may still go down the old connection and be lost there.
    await ask(http, server.port).catch(() => undefined);
    expect((await failureOf(ask(http, server.port))).kind).toBe('certificate');
    expect(server.keys).toEqual(['secret']);
  });

  it('does not resume a session, in which nothing is verified', async () => {
    // Tickets of both servers are sealed with one key, as behind a load balancer: a session of the first is good for both.
    const ticketKeys = Buffer.alloc(48, 7);
    const reused: boolean[] = [];
    const serve = (identity: Identity) =>
      listen(
        createTls({ ...identity, ticketKeys }, (socket) => {
          reused.push(socket.isSessionReused());
          socket.on('error', () => undefined);
          socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'));
        }),
      );
    await using server = await serve(made.certificates.own);
    const http = open({ certificate: fingerprintOf(made.certificates.own) });
    await ask(http, server.port);
    await ask(http, server.port);
    expect(reused).toEqual([false, false]);
    // The server would resume: it is not for want of an offer.
    const session = await sessionOf(server.port);
    await sessionOf(server.port, session);
    expect(reused).toEqual([false, false, false, true]);
  });
});

/** A session as the server gives it out. */
function sessionOf(port: number, session?: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      maxVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      ...(session === undefined ? {} : { session }),
    });
    socket.on('error', reject);
    socket.once('secureConnect', () => {
      const given = socket.getSession();
      socket.end('x');
      socket.once('close', () => (given === undefined ? reject(new Error('no session')) : resolve(given)));
      socket.resume();
    });
  });
}

describe('no TLS', () => {
  it('is told from an untrusted certificate', async () => {
    await using plainText = await raw((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await failureOf(ask(open(), plainText.port))).toMatchObject({
      kind: 'refused',
      message: /does not speak TLS/,
    });
    await using tearing = await raw((socket) => void socket.once('data', () => socket.destroy()));
    expect((await failureOf(ask(open(), tearing.port))).kind).toBe('refused');
    await using silent = await raw((socket) => void socket.resume());
    const failure = await failureOf(
      open().request({ method: 'POST', url: `https://localhost:${String(silent.port)}/`, headers: {}, timeoutMs: 100 }),
    );
    expect(failure.kind).toBe('refused');
  });
});
