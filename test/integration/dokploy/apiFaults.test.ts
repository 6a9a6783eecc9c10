import { describe, expect, it } from 'vitest';
import type { DokployFailureKind } from '../../../src/managers/dokploy/api/failure.ts';
import type { DokployApi } from '../../../src/managers/dokploy/api/types.ts';
import type { Fault } from '../../support/dokploy/faults.ts';
import { failureOf, makeApplication, openClient, openDouble } from './apiWorld.ts';

const status = (code: number, headers: Record<string, string> = {}): Fault => ({ status: code, headers });

describe('a call that only reads', () => {
  it.each<[string, Fault]>([
    ['429', status(429)],
    ['500', status(500)],
    ['503', status(503)],
    ['a torn connection', 'torn-before'],
    ['half an answer', 'half-body'],
  ])('is repeated after %s', async (_what, fault) => {
    const double = await openDouble();
    const api = openClient(double);
    double.inject({ procedure: 'project.all', times: 2, fault });
    expect(await api.projects()).toEqual([]);
    expect(double.count('project.all')).toBe(3);
  });

  it.each<[string, Fault, DokployFailureKind]>([
    ['a login page', 'login-page', 'not-dokploy'],
    ['broken JSON', 'malformed-json', 'not-dokploy'],
    ['another shape', { status: 200, body: '{"projects":[]}' }, 'malformed'],
    ['nothing', { status: 200, body: '' }, 'malformed'],
    ['a redirect', { status: 307, headers: { location: '/login' } }, 'not-dokploy'],
    ['a denial', { status: 403, body: '{"message":"No","code":"FORBIDDEN"}' }, 'forbidden'],
    ['a key that is not taken', { status: 401, body: '{"message":"Unauthorized"}' }, 'unauthorized'],
  ])('fails at once with %s', async (_what, fault, kind) => {
    const double = await openDouble();
    double.inject({ procedure: 'project.all', times: 9, fault });
    const failure = await failureOf(openClient(double).projects());
    expect(failure).toMatchObject({ kind, call: 'project.all', host: new URL(double.url).host });
    expect(failure.message).toContain('project.all');
    expect(double.count('project.all')).toBe(1);
  });

  it('fails in the end, says where and how, and never shows the key', async () => {
    const double = await openDouble();
    double.inject({
      procedure: 'project.all',
      times: 99,
      fault: { status: 500, body: `{"message":"bad ${double.key}"}` },
    });
    const failure = await failureOf(openClient(double).projects());
    expect(failure).toMatchObject({ kind: 'server-error', status: 500, code: 'unavailable' });
    expect(failure.message).toBe(`Dokploy at ${new URL(double.url).host} failed with 500: bad … (project.all).`);
    expect(double.count('project.all')).toBe(4);
    await double.goDown();
    const gone = await failureOf(openClient(double).projects());
    expect(gone).toMatchObject({ kind: 'unreachable', hint: expect.stringContaining('proxy') });
    expect(JSON.stringify([gone, gone.cause, failure])).not.toContain(double.key);
  });

  it('ends when it is cancelled, also between two attempts', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const controller = new AbortController();
    const gate = double.hold('project.all');
    const held = failureOf(api.projects({ signal: controller.signal }));
    await gate.reached;
    controller.abort();
    expect(await held).toMatchObject({ kind: 'cancelled', code: 'cancelled' });
    gate.release();

    const other = new AbortController();
    double.inject({ procedure: 'project.all', fault: status(429, { 'retry-after': '15' }) });
    const waiting = failureOf(api.projects({ signal: other.signal }));
    while (double.count('project.all') < 2 || double.requests.at(-1)?.status === undefined) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    other.abort();
    expect((await waiting).kind).toBe('cancelled');
  });
});

describe('a call that changes something', () => {
  const deploy = (api: DokployApi, id: string) => api.deploy({ kind: 'application', id }, 'title');

  it.each<[string, Fault, DokployFailureKind]>([
    ['before it', 'torn-before', 'torn'],
    ['after it', 'torn-after', 'torn'],
    ['with 500', status(500), 'server-error'],
    ['with 502', status(502), 'server-error'],
  ])('is never repeated when it was uncertain: torn %s', async (_what, fault, kind) => {
    const double = await openDouble();
    const api = openClient(double);
    const { id } = await makeApplication(api, double.image);
    double.inject({ procedure: 'application.deploy', times: 9, fault });
    const failure = await failureOf(deploy(api, id));
    expect(failure.kind).toBe(kind);
    expect(double.count('application.deploy')).toBe(1);
  });

  it('is repeated after 429, for nothing was done', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const { id } = await makeApplication(api, double.image);
    double.inject({ procedure: 'application.deploy', times: 2, fault: status(429, { 'retry-after': '0' }) });
    await deploy(api, id);
    expect(double.count('application.deploy')).toBe(3);
  });

  it('is repeated when nobody was there', async () => {
    const double = await openDouble();
    const api = openClient(double);
    await double.goDown();
    const made = api.createProject({ name: 'p', description: '' });
    await double.comeUp();
    await made;
    expect(await api.projects()).toHaveLength(1);
  });

  it('says which fields were wrong, and repeats no password', async () => {
    const double = await openDouble();
    const api = openClient(double);
    const wrong = await failureOf(api.updateApplication('', { memoryLimit: 5 }));
    expect(wrong).toMatchObject({ kind: 'invalid', code: 'invalid' });
    expect(wrong.message).toMatch(/“applicationId”, “memoryLimit”/);
    double.inject({
      procedure: 'application.saveDockerProvider',
      fault: { status: 500, body: JSON.stringify({ message: 'docker login -p hunter22 failed' }) },
    });
    const provider = { dockerImage: 'x', username: 'me', password: 'hunter22', registryUrl: 'r' };
    const failure = await failureOf(api.saveDockerProvider('a', provider));
    expect(failure.message).toContain('docker login -p … failed');
  });

  it('does not take an unknown procedure for a service that is gone', async () => {
    const double = await openDouble();
    const unknown = { message: 'Not found', code: 'NOT_FOUND', data: { code: 'NOT_FOUND', httpStatus: 404 } };
    double.inject({ procedure: 'application.delete', fault: { status: 404, body: JSON.stringify(unknown) } });
    const removal = openClient(double).remove({ kind: 'application', id: 'x' }, { deleteVolumes: false });
    expect((await failureOf(removal)).kind).toBe('unknown-call');
  });
});
