import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type DevyardClient } from '../../../src/api/client/client.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { bearer, json, startApi, type ApiWorld } from './apiWorld.ts';
import { dokployServer, serverId, workspaceId } from './fakeDokploy.ts';
import { token } from './fakes.ts';
import { ask, open, readUntil } from './http.ts';
import { standsStill } from './standsStill.ts';

let world: ApiWorld;
let client: DevyardClient;
beforeEach(async () => {
  world = await startApi();
  client = createClient({ socket: world.socket.socketPath, token });
});
afterEach(async () => {
  client.close();
  await world.close();
});
const forever = new AbortController().signal;
const lastCall = (): unknown => world.dokploy.calls.at(-1);

describe('Dokploy servers', () => {
  it('are added, changed, asked and forgotten, and never say their key', async () => {
    const body = { url: 'https://dokploy.test', apiKey: 'secret-key', certificate: 'AA:BB' };
    expect(await client.call('dokploy.addServer', { body })).toMatchObject({ ok: true, server: { id: serverId } });
    expect(lastCall()).toEqual(['addServer', body]);
    const params = { id: serverId };
    await client.call('dokploy.patchServer', { params, body: { certificate: null } });
    expect(lastCall()).toEqual(['patchServer', serverId, { certificate: null }]);
    await client.call('dokploy.testServer', { params });
    expect(await client.call('dokploy.targets', { params })).toMatchObject({ targets: [{ id: null }] });
    expect(JSON.stringify(await client.call('dokploy.servers', {}))).not.toContain('secret');
    expect(await client.call('dokploy.removeServer', { params })).toMatchObject({ name: 'prod' });
  });

  it('may be added over TCP by who has the token', async () => {
    const body = '{"url":"https://dokploy.test","apiKey":"k"}';
    expect((await ask(world.tcp, 'POST', '/api/dokploy/servers', json, body)).status).toBe(201);
    expect((await ask(world.tcp, 'POST', '/api/dokploy/servers', {}, body)).status).toBe(401);
  });

  it('say which problem they have, with a certificate that is not trusted', async () => {
    const certificate = { fingerprint: 'AA:BB', subject: 'CN=x', issuer: 'CN=x', validFrom: 'a', validTo: 'b' };
    world.dokploy.one = dokployServer({
      connection: {
        status: 'failing',
        since: 1,
        problem: 'certificate',
        reason: 'Not trusted.',
        hint: 'Pin it.',
        certificate,
      },
    });
    const { ok, server } = await client.call('dokploy.testServer', { params: { id: serverId } });
    expect(ok).toBe(false);
    expect(server.connection).toMatchObject({ problem: 'certificate', certificate });
  });
});

describe('workspaces', () => {
  it('are found by id or name', async () => {
    for (const id of [workspaceId, 'api']) {
      expect(await client.call('dokploy.get', { params: { id }, query: {} })).toMatchObject({ id: workspaceId });
    }
    await expect(client.call('dokploy.get', { params: { id: 'none' }, query: {} })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('are answered as they are known, or as they are now', async () => {
    await client.call('dokploy.list', { query: {} });
    expect(lastCall()).toEqual(['workspaces']);
    await client.call('dokploy.list', { query: { refresh: 'true' } });
    expect(lastCall()).toEqual(['refresh']);
    await client.call('dokploy.get', { params: { id: 'api' }, query: { refresh: 'true' } });
    expect(lastCall()).toEqual(['refreshWorkspace', 'api']);
  });

  it('are created once for each key, with what was left out filled in', async () => {
    const body = { serverId, name: 'new one' };
    const answer = await ask(
      world.socket,
      'POST',
      '/api/dokploy/workspaces',
      { ...json, 'Idempotency-Key': 'k' },
      JSON.stringify(body),
    );
    expect(answer.status).toBe(201);
    expect(lastCall()).toEqual(['create', expect.objectContaining({ ...body, user: 'dev', docker: false }), 'k']);
  });

  it('are worked on by jobs', async () => {
    const params = { id: 'api' };
    for (const name of ['start', 'stop', 'restart', 'redeploy'] as const) {
      expect(await client.call(`dokploy.${name}`, { params })).toMatchObject({ resourceId: workspaceId, title: name });
    }
    await client.call('dokploy.patch', { params, body: { cpus: null } });
    expect(lastCall()).toEqual(['change', 'api', { cpus: null }]);
    await client.call('dokploy.delete', { params, query: { volumes: 'true' } });
    expect(lastCall()).toEqual(['remove', 'api', { volumes: true, forget: false }]);
  });

  it('are adopted, forwarded and looked at', async () => {
    const params = { id: 'api' };
    await client.call('dokploy.adopt', { params, body: { user: 'dev', sshPort: 22 } });
    expect(lastCall()).toEqual(['adopt', 'api', { user: 'dev', sshPort: 22 }]);
    await client.call('dokploy.forgetHostKey', { params });
    const forward = await client.call('dokploy.forward', { params, body: { remotePort: 80 } });
    expect(forward).toMatchObject({ remoteHost: '127.0.0.1', url: 'http://127.0.0.1:40000' });
    await client.call('dokploy.removeForward', { params, query: { remotePort: 80 } });
    expect(lastCall()).toEqual(['removeForward', 'api', 80]);
    const viewer = crypto.randomUUID();
    await client.call('dokploy.look', { body: { viewer, servers: [serverId], workspaces: [] } });
    expect(lastCall()).toEqual(['look', viewer, [serverId], []]);
  });

  it.each([
    ['POST', '/api/dokploy/servers', '{"url":"x"}', 'apiKey'],
    ['POST', '/api/dokploy/workspaces', `{"serverId":"${serverId}","name":"-"}`, 'name'],
    ['POST', '/api/dokploy/workspaces', `{"serverId":"${serverId}","name":"a","memoryMb":1}`, 'memoryMb'],
    ['POST', '/api/dokploy/workspaces/api/forwards', '{"remotePort":0}', 'remotePort'],
    ['PATCH', '/api/dokploy/workspaces/api', '{"name":"b"}', 'name'],
    ['DELETE', '/api/dokploy/workspaces/api?volumes=maybe', undefined, 'volumes'],
    ['GET', '/api/dokploy/workspaces/api/logs?source=all', undefined, 'source'],
    ['GET', '/api/dokploy/workspaces/api/logs/stream?source=deploy&tail=0', undefined, 'tail'],
  ])('%s %s with %s names the field %s', async (method, path, body, field) => {
    const answer = await ask(world.socket, method, path, body === undefined ? bearer : json, body);
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'invalid', field } });
  });
});

describe("the user's ssh config", () => {
  it('is changed on the local socket only', async () => {
    expect(await client.call('dokploy.includeSshConfig', {})).toMatchObject({ included: true });
    const remote = await ask(world.tcp, 'POST', '/api/dokploy/ssh-config/include', json, '{}');
    expect(remote.status).toBe(403);
    expect(JSON.parse(remote.text)).toMatchObject({
      error: { code: 'forbidden', hint: expect.stringContaining('devyard dokploy ssh-config') as string },
    });
    expect((await ask(world.tcp, 'GET', '/api/dokploy/ssh-config', bearer)).status).toBe(200);
    expect(world.dokploy.calls.filter(([name]) => name === 'includeSshConfig')).toHaveLength(1);
  });
});

describe('the log of a workspace', () => {
  const path = '/api/dokploy/workspaces/api/logs/stream?source=container&tail=5';

  it('is text', async () => {
    const query = { source: 'deploy', tail: 2 } as const;
    expect(await client.call('dokploy.logs', { params: { id: 'api' }, query })).toEqual({ text: 'line 1\nline 2\n' });
    expect(lastCall()).toEqual(['log', 'api', 'deploy', 2]);
  });

  it('goes on as it is written, until its reader leaves', async () => {
    let ended: AbortSignal | undefined;
    const written = Promise.withResolvers<void>();
    world.dokploy.logs = async function* logs(signal) {
      ended = signal;
      yield 'eins ä\n';
      await written.promise;
      yield 'zwei\n';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const stop = new AbortController();
    const got: string[] = [];
    for await (const bytes of client.workspaceLog('api', 'container', 5, stop.signal)) {
      got.push(bytes.toString());
      written.resolve();
      if (got.length === 2) stop.abort();
    }
    expect(got).toEqual(['eins ä\n', 'zwei\n']);
    expect(lastCall()).toEqual(['followLog', 'api', 'container', 5]);
    await expect.poll(() => ended?.aborted).toBe(true);
  });

  it('has a head when it has been silent for a while', async () => {
    world.dokploy.logs = async function* logs(signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield '';
    };
    const opening = open(world.socket, 'GET', path, bearer);
    await expect.poll(lastCall).toEqual(['followLog', 'api', 'container', 5]);
    world.clock.pass(1000);
    const answer = await opening;
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    answer.destroy();
  });

  it('is pulled: a reader that takes its time makes it wait', async () => {
    let pieces = 0;
    world.dokploy.logs = async function* logs() {
      for (; pieces < 10_000; pieces++) yield 'x'.repeat(64 * 1024);
    };
    const answer = await open(world.socket, 'GET', path, bearer);
    answer.pause();
    await standsStill(() => pieces);
    expect(pieces).toBeLessThan(1000);
    answer.destroy();
  });

  it('fails with an ordinary answer before its first words, and in a trailer after them', async () => {
    await expect(
      client.workspaceLog('none', 'deploy', 5, forever)[Symbol.asyncIterator]().next(),
    ).rejects.toMatchObject({
      code: 'not-found',
      status: 404,
    });
    world.dokploy.logs = async function* logs() {
      yield 'so far\n';
      throw new DevyardError('unavailable', 'Dokploy “prod” does not answer.', { hint: 'Wait.' });
    };
    const got: string[] = [];
    const reading = (async () => {
      for await (const bytes of client.workspaceLog('api', 'deploy', 5, forever)) got.push(bytes.toString());
    })();
    await expect(reading).rejects.toMatchObject({ message: 'Dokploy “prod” does not answer.', hint: 'Wait.' });
    expect(got).toEqual(['so far\n']);
    expect(world.problems).toEqual([]);
  });

  it('ends with the daemon', async () => {
    world.dokploy.logs = async function* logs(signal) {
      yield 'so far\n';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const answer = await open(world.socket, 'GET', path, bearer);
    await readUntil(answer, (text) => text.includes('so far'));
    const [rest] = await Promise.all([text(answer), world.api.close()]);
    expect(rest).toBe('');
  });
});

it('what was checked is told with the events, and not kept', async () => {
  const stream = await open(world.socket, 'GET', '/api/events', bearer);
  const told = readUntil(stream, (text) => text.includes('dokploy.checked'));
  await expect.poll(() => world.passing.listenerCount).toBe(1);
  world.passing.emit({ type: 'dokploy.checked', id: serverId, at: 5 });
  expect(await told).toContain(`data: {"type":"dokploy.checked","id":"${serverId}","at":5}`);
  stream.destroy();
});

it('the OpenAPI document has every path', async () => {
  const { paths } = JSON.parse((await ask(world.socket, 'GET', '/openapi.json', bearer)).text) as {
    paths: Record<string, Record<string, { operationId: string; tags: string[] }>>;
  };
  const ids = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/dokploy/'))
    .flatMap(([, methods]) => Object.values(methods));
  expect(ids).toHaveLength(27);
  expect(ids.every(({ tags }) => tags.includes('dokploy'))).toBe(true);
});
