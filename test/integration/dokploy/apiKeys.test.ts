import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { KeyHistory } from '../../../src/managers/dokploy/api/keyCheck.ts';
import { testServer } from '../../../src/managers/dokploy/api/testServer.ts';
import type { DokployApi } from '../../../src/managers/dokploy/api/types.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openClient, openDouble } from './apiWorld.ts';

const fresh: KeyHistory = { unlimited: false, lastWorkedAt: null };
const now = Date.UTC(2026, 10, 21);
const test = (api: DokployApi, history: KeyHistory = fresh, later = 0) =>
  testServer(api, { history, now: now + later });

describe('a key', () => {
  it('without a limit passes, and is known to be one from then on', async () => {
    const double = await openDouble();
    const result = await test(openClient(double));
    expect(result).toEqual({
      failure: undefined,
      problem: undefined,
      version: 'v0.30.2',
      notes: [],
      history: { unlimited: true, lastWorkedAt: now },
    });
    expect(double.requests[0]).toMatchObject({ procedure: 'health', status: 200 });
  });

  it('that Dokploy does not know is told at the first call, and is shown no more often', async () => {
    const double = await openDouble();
    const result = await test(openClient(double, { key: 'wrong' }));
    expect(result).toMatchObject({ problem: 'bad-key', version: null, history: fresh });
    expect(result.failure).toMatchObject({ kind: 'unauthorized', hint: expect.stringContaining('Copy the key again') });
    expect(double.requests.map(({ procedure }) => procedure)).toEqual(['health', 'settings.getDokployVersion']);
  });

  it('made with default options is found out by the test itself, and again on the same day', async () => {
    const double = await openDouble();
    const api = openClient(double, { key: double.keys.create({ limited: true }) });
    const first = await test(api);
    expect(first).toMatchObject({ problem: 'rate-limited-key', history: { unlimited: false, lastWorkedAt: now } });
    expect(first.failure?.message).toMatch(/takes no more calls with this API key today/);
    expect(first.failure?.hint).toMatch(/without a rate limit/);
    expect(double.requests.filter(({ status }) => status === 401)).toHaveLength(1);
    const again = await test(api, first.history, 3_600_000);
    expect(again).toMatchObject({ problem: 'rate-limited-key', history: first.history });
  });

  it('that was revoked after it had passed is told from a wrong one', async () => {
    const double = await openDouble();
    const key = double.keys.create();
    const api = openClient(double, { key });
    const { history } = await test(api);
    double.keys.revoke(key);
    const result = await test(api, history, 60_000);
    expect(result).toMatchObject({ problem: 'revoked-key', history });
    expect(result.failure?.message).toMatch(/which worked before/);
  });

  it('of somebody who may do less comes with notes, or is refused', async () => {
    const double = await openDouble();
    const limited = openClient(double, { key: double.keys.create({ denied: ['server', 'deployment.queueList'] }) });
    const result = await test(limited);
    expect(result).toMatchObject({ problem: undefined, history: { unlimited: true, lastWorkedAt: now } });
    expect(result.notes).toEqual([
      expect.stringContaining('servers of Dokploy'),
      expect.stringContaining('queue of deployments'),
    ]);
    const denied = openClient(double, { key: double.keys.create({ denied: ['project'], denial: 'FORBIDDEN' }) });
    expect(await test(denied)).toMatchObject({
      problem: 'forbidden',
      failure: { kind: 'forbidden', call: 'project.all' },
      version: 'v0.30.2',
    });
  });
});

describe('a server', () => {
  it('that is not there, is no Dokploy, or fails, is told from one with a wrong key', async () => {
    const double = await openDouble();
    const api = openClient(double);
    double.inject({ procedure: 'health', fault: 'login-page' });
    expect(await test(api)).toMatchObject({ problem: 'not-dokploy', history: fresh });
    double.inject({ procedure: 'project.all', times: 9, fault: { status: 500 } });
    expect(await test(api)).toMatchObject({
      problem: 'failing',
      failure: { kind: 'server-error' },
      history: { unlimited: false, lastWorkedAt: now },
    });
    await double.goDown();
    expect(await test(api)).toMatchObject({ problem: 'unreachable', failure: { kind: 'unreachable' } });
  });

  it('with a certificate of its own shows it, and is tested once that is pinned', async () => {
    await using folder = await temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('key.pem')];
    const names = ['-subj', '/CN=dokploy', '-addext', 'subjectAltName=IP:127.0.0.1'];
    await execa('openssl', ['req', '-x509', ...key, '-out', at('cert.pem'), '-days', '2', ...names]);
    const tls = { key: await readFile(at('key.pem'), 'utf8'), cert: await readFile(at('cert.pem'), 'utf8') };
    const double = await openDouble({ tls });
    const untrusted = await test(openClient(double));
    expect(untrusted).toMatchObject({ problem: 'certificate', history: fresh });
    expect(double.requests).toEqual([]);
    const certificate = untrusted.failure?.certificate?.fingerprint ?? '';
    expect(await test(openClient(double, { certificate }))).toMatchObject({ problem: undefined, version: 'v0.30.2' });
  });

  it('of another version is told in a note', async () => {
    const double = await openDouble();
    double.inject({ procedure: 'settings.getDokployVersion', fault: { status: 200, body: '"v0.25.4"' } });
    expect((await test(openClient(double))).notes).toEqual([expect.stringContaining('v0.25.4')]);
  });

  it('is not asked on when the test is cancelled', async () => {
    const double = await openDouble();
    const controller = new AbortController();
    const gate = double.hold('project.all');
    const result = testServer(openClient(double), { history: fresh, now, signal: controller.signal });
    await gate.reached;
    controller.abort();
    await expect(result).rejects.toMatchObject({ kind: 'cancelled' });
    gate.release();
    expect(double.count('server.all')).toBe(0);
  });
});
