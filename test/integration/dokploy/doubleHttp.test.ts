import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DokployDouble, startDokploy } from '../../support/dokploy/double.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { Calls } from './doubleCalls.ts';

let double: DokployDouble;
let calls: Calls;
beforeEach(async () => {
  double = await startDokploy({ machines: 'none' });
  calls = new Calls(double);
});
afterEach(async () => {
  await double.stop();
});

const unauthorized = { message: 'Unauthorized' };

describe('keys', () => {
  it.each([
    ['none', {}],
    ['a wrong one', { 'x-api-key': 'wrong' }],
    ['one as a bearer token', { authorization: 'Bearer KEY' }],
  ])('refuses %s with a plain 401', async (_, headers) => {
    const own = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, v.replace('KEY', double.key)]));
    const response = await fetch(`${double.url}/api/project.all`, { headers: own });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(unauthorized);
  });

  it('needs none for its health', async () => {
    const response = await fetch(`${double.url}/api/health`);
    expect(await response.json()).toEqual({ ok: true });
  });

  it('lets a limited key make five calls', async () => {
    const limited = new Calls(double, double.keys.create({ limited: true }));
    const statuses = [];
    for (let call = 0; call < 12; call++) statuses.push((await limited.get('project.all')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 401, 401, 401, 401, 401, 401, 401]);
  });

  it('forgets a revoked one', async () => {
    const key = double.keys.create();
    double.keys.revoke(key);
    expect(JSON.parse((await new Calls(double, key).get('project.all')).text)).toEqual(unauthorized);
  });

  it.each(['UNAUTHORIZED', 'FORBIDDEN'] as const)('denies with %s and a code', async (denial) => {
    const calls = new Calls(double, double.keys.create({ denied: ['docker'], denial }));
    const answer = await calls.get('docker.getServiceContainersByAppName', { appName: 'app' });
    expect(answer.status).toBe(denial === 'FORBIDDEN' ? 403 : 401);
    expect(JSON.parse(answer.text)).toMatchObject({ code: denial });
    expect((await calls.get('project.all')).status).toBe(200);
  });

  it('may be that of a member', async () => {
    expect(await calls.query('user.get')).toMatchObject({ role: 'owner', canCreateServices: false });
    const member = double.keys.create({ member: { canCreateServices: true } });
    const flags = { role: 'member', canCreateServices: true, canAccessToDocker: false };
    expect(await new Calls(double, member).query('user.get')).toMatchObject(flags);
  });
});

describe('what it refuses', () => {
  it.each([
    ['an unknown procedure', () => calls.get('project.nope')],
    ['a query for a mutation', () => calls.get('project.create')],
    ['a mutation for a query', () => calls.post('project.all', {})],
  ])('does not find %s', async (_, call) => {
    const answer = await call();
    const data = { code: 'NOT_FOUND', httpStatus: 404, zodError: null };
    expect([answer.status, JSON.parse(answer.text)]).toEqual([404, { message: 'Not found', code: 'NOT_FOUND', data }]);
  });

  it('takes JSON only', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"name":"x"}' };
    const answer = await calls.request('project.create', init);
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.text)).toMatchObject({ message: 'Unsupported content-type "text/plain' });
  });

  it('says of JSON that is none what it is, and nothing more', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{not json' };
    const answer = await calls.request('project.create', init);
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([400, 'Invalid JSON', null]);
  });

  it('names fields that are missing or of another type', async () => {
    const answer = await calls.post('application.create', { name: 'hello' });
    const words = 'Invalid input: expected string, received undefined';
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      message: 'Input validation failed',
      code: 'BAD_REQUEST',
      data: {
        code: 'BAD_REQUEST',
        httpStatus: 400,
        path: 'application.create',
        zodError: { formErrors: [], fieldErrors: { environmentId: [words] } },
      },
      issues: [{ expected: 'string', code: 'invalid_type', path: ['environmentId'], message: words }],
    });
    const { applicationId } = await calls.application();
    const port = await calls.post('port.create', { applicationId, publishedPort: '18080', targetPort: 22 });
    expect(port.text).toContain('Invalid input: expected number, received string');
    const provider = await calls.post('application.saveDockerProvider', { applicationId, dockerImage: 'x' });
    const { data } = JSON.parse(provider.text) as { data: { zodError: { fieldErrors: object } } };
    expect(Object.keys(data.zodError.fieldErrors)).toEqual(['username', 'password', 'registryUrl']);
  });

  it('takes an unknown target server for a forbidden one', async () => {
    const environmentId = await calls.environment();
    const answer = await calls.post('application.create', { name: 's', environmentId, serverId: 'nope' });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'UNAUTHORIZED' });
  });
});

describe('answers', () => {
  it('come in chunks on a connection that is closed after each', async () => {
    const { headers } = await calls.get('project.all');
    expect(headers.get('connection')).toBe('close');
    expect(headers.get('transfer-encoding')).toBe('chunked');
    await using kept = await startDokploy({ machines: 'none', keepAlive: true });
    expect((await new Calls(kept).get('project.all')).headers.get('connection')).toBe('keep-alive');
  });

  it('are empty, though of JSON, where there is nothing to say', async () => {
    const { applicationId } = await calls.application();
    for (const procedure of ['deploy', 'redeploy', 'cleanQueues', 'killBuild']) {
      const { status, headers, text } = await calls.post(`application.${procedure}`, { applicationId });
      expect([status, headers.get('content-type'), text]).toEqual([200, 'application/json', '']);
    }
  });

  it('are the same over TLS', async () => {
    await using folder = await temporaryFolder();
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder.path, name)) as [string, string];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', cert, ...subject], {
      stdio: 'pipe',
    });
    const tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
    await using secure = await startDokploy({ machines: 'none', tls });
    const status = await new Promise((resolve, reject) => {
      request(`${secure.url}/api/health`, { ca: tls.cert }, (response) => resolve(response.statusCode))
        .on('error', reject)
        .end();
    });
    expect([new URL(secure.url).protocol, status]).toEqual(['https:', 200]);
  });
});

describe('what goes wrong on purpose', () => {
  const project = { name: 'one' };
  const count = async (): Promise<number> => (await calls.query<unknown[]>('project.all')).length;

  it('answers with a status once, without doing anything', async () => {
    double.inject({ procedure: 'project.create', fault: { status: 429, headers: { 'retry-after': '1' } } });
    const answer = await calls.post('project.create', project);
    expect([answer.status, answer.headers.get('retry-after'), await count()]).toEqual([429, '1', 0]);
    expect((await calls.post('project.create', project)).status).toBe(200);
  });

  it.each([
    ['torn-before', 0],
    ['torn-after', 1],
    ['half-body', 1],
  ] as const)('breaks the connection: %s', async (fault, done) => {
    double.inject({ procedure: /^project\.create$/, fault });
    await expect(calls.post('project.create', project)).rejects.toThrow(/fetch failed|terminated/);
    expect(await count()).toBe(done);
  });

  it('gives JSON that is cut off, or a page of HTML', async () => {
    double.inject({ procedure: 'project.all', fault: 'malformed-json' });
    expect((await calls.get('project.all')).text).toBe('[');
    double.inject({ procedure: 'project.all', fault: 'login-page' });
    const answer = await calls.get('project.all');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('lets an answer drip, whole at last', async () => {
    double.inject({ procedure: 'project.create', fault: { dripMs: 1 } });
    expect(JSON.parse((await calls.post('project.create', project)).text)).toMatchObject({ project });
  });

  it('holds requests until they are released', async () => {
    const gate = double.hold('project.create', 'after');
    const answer = calls.post('project.create', project);
    await gate.reached;
    expect(await count()).toBe(1);
    gate.release();
    expect((await answer).status).toBe(200);
  });

  it('goes down and comes up on the same port', async () => {
    await calls.mutate('project.create', project);
    await double.goDown();
    await expect(calls.get('project.all')).rejects.toThrow('fetch failed');
    await double.comeUp();
    expect(await count()).toBe(1);
  });

  it('counts what was asked', async () => {
    await calls.get('project.all');
    await calls.get('project.nope');
    expect([double.count('project.all'), double.count(/^project\./)]).toEqual([1, 2]);
    expect(double.requests.map(({ status }) => status)).toEqual([200, 404]);
    double.resetCounts();
    expect(double.count(/./)).toBe(0);
  });
});
