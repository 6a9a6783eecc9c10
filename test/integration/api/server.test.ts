import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../../src/api/contract/operations.ts';
import { routes } from '../../../src/api/contract/routes.ts';
import { createApiServer } from '../../../src/api/server/server.ts';
import { bearer, json, startApi, type ApiWorld } from './apiWorld.ts';
import { id, token } from './fakes.ts';
import { createWorld } from './world.ts';
import { ask, open } from './http.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await startApi();
});
afterEach(() => world.close());

describe('operations', () => {
  it('are all in the OpenAPI document, with their schemas', async () => {
    const { status, text } = await ask(world.socket, 'GET', '/openapi.json', bearer);
    expect(status).toBe(200);
    type Entry = {
      operationId?: string;
      requestBody?: unknown;
      responses?: Record<string, { content?: unknown }>;
      parameters?: { name: string }[];
    };
    const document = JSON.parse(text) as { openapi: string; paths: Record<string, Record<string, Entry>> };
    expect(document.openapi).toMatch(/^3\.1/);
    for (const [operation, [method, template]] of Object.entries(routes)) {
      const entry = document.paths[template]?.[method.toLowerCase()];
      const contract: { status: number; body?: unknown; params?: unknown } =
        operations[operation as keyof typeof operations];
      expect([operation, entry?.operationId]).toEqual([operation, operation]);
      expect(entry?.responses?.[contract.status]?.content).toBeDefined();
      expect(entry?.requestBody !== undefined).toBe(contract.body !== undefined);
      const parameters = entry?.parameters?.map(({ name }) => name) ?? [];
      expect(parameters.includes('id')).toBe(contract.params !== undefined);
    }
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/api/events', '/servers', '/healthz']));
  });

  it('reach the managers with what the caller said', async () => {
    const created = await ask(
      world.socket,
      'POST',
      '/api/code-servers',
      { ...json, 'Idempotency-Key': 'k1' },
      '{"name":"a","start":true}',
    );
    expect(created.status).toBe(201);
    expect((await ask(world.socket, 'POST', `/api/code-servers/${id}/start`, bearer)).status).toBe(202);
    expect((await ask(world.socket, 'POST', `/api/code-servers/${id}/start`, json, '{"wait":true}')).status).toBe(202);
    await ask(world.socket, 'DELETE', `/api/code-servers/${id}?keepWorkspace=false`, bearer);
    const calls = world.codeServers.calls.filter(([name]) => name !== 'get');
    expect(calls).toEqual([
      ['create', { name: 'a', start: true }, 'k1'],
      ['start', id, undefined],
      ['start', id, true],
      ['remove', id, false],
    ]);
    expect(
      (await ask(world.socket, 'POST', '/api/code-servers', { ...json, 'Idempotency-Key': 'a b' }, '{"name":"a"}'))
        .status,
    ).toBe(422);
    expect(JSON.parse((await ask(world.socket, 'GET', '/api/daemon/log?lines=7', bearer)).text)).toEqual({
      lines: ['asked for 7'],
    });
    expect((await ask(world.socket, 'POST', '/api/daemon/stop', json, '{"endRunning":true}')).text).toBe(
      '{"accepted":true}',
    );
    expect((await ask(world.socket, 'POST', '/api/daemon/stop', bearer)).status).toBe(422);
    expect(world.daemonCalls).toEqual([['stop', { endRunning: true }]]);
  });

  it('learn that the caller has gone', async () => {
    world.codeServers.hang = true;
    const connection = connect(world.socket.socketPath);
    connection.write(
      `POST /api/code-servers/${id}/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"wait":true}`,
    );
    await expect.poll(() => world.codeServers.calls.some(([name]) => name === 'start')).toBe(true);
    connection.destroy();
    await expect.poll(() => world.codeServers.calls).toContainEqual(['no longer waited for', id]);
  });
});

describe('listeners', () => {
  it('replaces a dead socket file, refuses a living one', async () => {
    const second = await createApiServer(createWorld().deps);
    await expect(second.listenSocket(world.socket.socketPath)).rejects.toMatchObject({ code: 'conflict' });
    const dead = path.join(world.folder, 'dead');
    await writeFile(dead, '');
    await second.listenSocket(dead);
    expect((await ask({ socketPath: dead }, 'GET', '/healthz')).status).toBe(200);
    await second.close();
  });

  it('names who has a port', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const refused = await world.api.listenTcp('127.0.0.1', port).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(process.platform === 'linux' ? `process ${process.pid} (` : 'in use'),
    });
    await new Promise((resolve) => holder.close(resolve));
    await expect(world.api.listenTcp('192.0.2.1', 0)).rejects.toMatchObject({ code: 'invalid', field: 'listen' });
  });

  it('close ends streams and idle connections at once and lets an answer in flight finish', async () => {
    await world.close();
    let answerStop = (): void => undefined;
    world = await startApi((fakes) => {
      const stop = (options: unknown): Promise<void> => {
        fakes.daemonCalls.push(options);
        return new Promise((resolve) => (answerStop = resolve));
      };
      return { ...fakes, deps: { ...fakes.deps, daemon: { ...fakes.deps.daemon, stop } } };
    });
    const stream = await open(world.socket, 'GET', '/api/events', bearer);
    stream.resume();
    const ended = new Promise((resolve) => stream.on('end', () => resolve('ended')));
    const idle = connect(world.tcp.port, world.tcp.host);
    await new Promise((resolve) => idle.once('connect', resolve));
    const idleClosed = new Promise((resolve) => idle.on('close', resolve));
    const before = performance.now();
    const inFlight = ask(world.socket, 'POST', '/api/daemon/stop', json, '{"endRunning":false}');
    await expect.poll(() => world.daemonCalls.length).toBe(1);
    setImmediate(() => answerStop());
    await world.api.close();
    expect((await inFlight).text).toBe('{"accepted":true}');
    expect(await ended).toBe('ended');
    await idleClosed;
    expect(performance.now() - before).toBeLessThan(900);
    expect(world.clients).toEqual([1, 0]);
  });
});
