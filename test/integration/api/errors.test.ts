import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DevyardError, type DevyardErrorCode } from '../../../src/managers/shared/errors.ts';
import { bearer, json, startApi, type ApiWorld } from './apiWorld.ts';
import { id, unknownId } from './fakes.ts';
import { ask } from './http.ts';

const bodyOf = (text: string): { error: { code: string; message: string; hint?: string; field?: string } } =>
  JSON.parse(text) as ReturnType<typeof bodyOf>;

let world: ApiWorld;
beforeEach(async () => {
  world = await startApi();
});
afterEach(() => world.close());

describe('errors', () => {
  const statuses: Record<DevyardErrorCode, number> = {
    invalid: 422,
    'not-found': 404,
    'wrong-state': 409,
    conflict: 409,
    'port-taken': 409,
    'ports-exhausted': 409,
    busy: 409,
    cancelled: 409,
    'engine-missing': 503,
    'engine-too-old': 503,
    unavailable: 503,
    'folder-missing': 422,
    'tool-missing': 422,
    'folder-denied': 422,
    'disk-full': 507,
    'store-corrupt': 503,
    'store-newer': 503,
    'start-failed': 502,
    'install-failed': 502,
    'server-refused': 502,
    'too-large': 413,
    forbidden: 403,
    unauthorized: 401,
    internal: 500,
  };

  const told = Object.entries(statuses).filter(([code]) => code !== 'internal') as [DevyardErrorCode, number][];
  it.each(told)('%s is %i, in both forms', async (code, status) => {
    world.codeServers.fail = new DevyardError(code, 'It failed.', { hint: 'Do this.', field: 'port' });
    const native = await ask(world.socket, 'GET', '/api/code-servers', bearer);
    const legacy = await ask(world.socket, 'GET', '/servers', bearer);
    expect([native.status, legacy.status]).toEqual([status, status]);
    expect(JSON.parse(native.text)).toEqual({
      error: { code, message: 'It failed.', hint: 'Do this.', field: 'port' },
    });
    expect(JSON.parse(legacy.text)).toEqual({ error: 'It failed.', code, hint: 'Do this.', field: 'port' });
  });

  it('logs a fault of its own and tells nothing of it', async () => {
    for (const fault of [new DevyardError('internal', 'secret detail'), new TypeError('secret detail')]) {
      world.codeServers.fail = fault;
      const { status, text } = await ask(world.socket, 'GET', '/api/code-servers', bearer);
      expect([status, bodyOf(text).error.code]).toEqual([statuses.internal, 'internal']);
      expect(text).not.toMatch(/secret detail|\.ts/);
    }
    expect(world.problems.join()).toMatch(/GET \/api\/code-servers: TypeError: secret detail\n +at /);
  });

  it('logs an answer that breaks the contract', async () => {
    world.codeServers.servers.set(id, { ...world.codeServers.get(id), port: -1 });
    expect((await ask(world.socket, 'GET', `/api/code-servers/${id}`, bearer)).status).toBe(500);
    expect(world.problems).toHaveLength(1);
  });

  it('names the field, and the fix', async () => {
    const cases: [method: string, url: string, body: unknown, status: number, field: string | undefined][] = [
      ['POST', '/api/code-servers', { name: 1 }, 422, 'name'],
      ['POST', '/api/code-servers', {}, 422, 'name'],
      ['POST', '/api/code-servers', { name: 'a', prot: 1 }, 422, 'prot'],
      ['POST', '/api/code-servers', { name: 'a', env: { A: 1 } }, 422, 'env.A'],
      ['POST', '/api/code-servers', [], 422, 'body'],
      ['PATCH', '/api/settings', { portRange: { start: 1 } }, 422, 'portRange.start'],
      ['GET', `/api/code-servers/${id}/logs?lines=-1`, undefined, 422, 'lines'],
      ['GET', '/api/code-servers/x', undefined, 422, 'id'],
      ['GET', `/api/code-servers/${unknownId}`, undefined, 404, undefined],
      ['GET', '/api/events?after=-1', undefined, 422, 'after'],
      ['GET', '/api/nothing', undefined, 404, undefined],
      ['GET', '/%zz', undefined, 400, undefined],
    ];
    for (const [method, url, body, status, field] of cases) {
      const answer = await ask(
        world.socket,
        method,
        url,
        body === undefined ? bearer : json,
        body === undefined ? undefined : JSON.stringify(body),
      );
      const { error } = bodyOf(answer.text);
      expect([url, body, answer.status, error.field]).toEqual([url, body, status, field]);
      expect(error.hint !== undefined).toBe(status !== 400);
    }
    expect(world.codeServers.calls.filter(([name]) => name === 'create')).toEqual([]);
  });

  it('takes JSON only, at most 1 MB of it', async () => {
    const post = (headers: Record<string, string>, body: string): Promise<{ status: number; text: string }> =>
      ask(world.socket, 'POST', '/api/code-servers', { ...bearer, ...headers }, body);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
      'nonsense',
    ]) {
      expect([type, (await post({ 'Content-Type': type }, '{"name":"a"}')).status]).toEqual([type, 415]);
    }
    expect((await post({}, '{"name":"a"}')).status).toBe(415);
    expect((await post({ 'Content-Type': 'application/json' }, '{"name":')).status).toBe(400);
    expect((await post({ 'Content-Type': 'application/json' }, '{"__proto__":{"a":1},"name":"a"}')).status).toBe(400);
    const large = await post({ 'Content-Type': 'application/json' }, JSON.stringify({ name: 'x'.repeat(1_100_000) }));
    expect([large.status, bodyOf(large.text).error.code]).toEqual([413, 'too-large']);
    expect((await post({ 'Content-Type': 'application/json; charset=utf-8' }, '{"name":"a"}')).status).toBe(201);
  });
});
