import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type DevyardClient } from '../../../src/api/client/client.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { bearer, startApi, type ApiWorld } from './apiWorld.ts';
import { token } from './fakes.ts';
import { ask } from './http.ts';
import { standsStill } from './standsStill.ts';

const megabyte = 1024 * 1024;
let world: ApiWorld;
let client: DevyardClient;
beforeEach(async () => {
  world = await startApi();
  client = createClient({ socket: world.socket.socketPath, token });
});
afterEach(async () => {
  client.close();
  await world.close();
  for (const { exit } of world.dokploy.commands) await exit;
});
const overTcp = () => createClient({ url: `http://127.0.0.1:${world.tcp.port}`, token });
const lastCommand = () => world.dokploy.commands.at(-1) ?? expect.fail('no command was run');

describe('a command over the client', () => {
  it('gives output, errors and exit code apart', async () => {
    const { stdin, stdout, stderr, exit } = await client.exec('api', 'cat; echo out; echo err >&2; exit 37');
    stdin.end('in ');
    expect(await Promise.all([text(stdout), text(stderr), exit])).toEqual([
      'in out\n',
      'err\n',
      { code: 37, signal: null },
    ]);
    expect(world.dokploy.calls.at(-1)?.slice(0, 2)).toEqual(['exec', 'api']);
  });

  it('tells the signal that ended it', async () => {
    const { stdout, stderr, exit } = await client.exec('api', 'kill -TERM $$');
    expect(await Promise.all([text(stdout), text(stderr), exit])).toEqual(['', '', { code: null, signal: 'TERM' }]);
  });

  it.each(['socket', 'tcp'])('passes 50 MB both ways as they are, at once, on %s', async (way) => {
    const caller = way === 'tcp' ? overTcp() : client;
    const block = randomBytes(megabyte);
    const { stdin, stdout, stderr, exit } = await caller.exec('api', "bash -c 'tee >(cat >&2)'");
    const [sent, got, doubled] = [createHash('sha256'), createHash('sha256'), createHash('sha256')];
    async function* blocks() {
      for (let i = 0; i < 50; i++) {
        sent.update(block);
        yield block;
      }
    }
    await Promise.all([pipeline(blocks, stdin), pipeline(stdout, got), pipeline(stderr, doubled)]);
    expect(await exit).toEqual({ code: 0, signal: null });
    const hash = sent.digest('hex');
    expect([got.digest('hex'), doubled.digest('hex')]).toEqual([hash, hash]);
    caller.close();
  });

  it('says what was typed before the next is typed', async () => {
    const { stdin, stdout, exit } = await client.exec('api', 'cat');
    for (const word of ['one', 'two']) {
      stdin.write(word);
      const [said] = (await once(stdout, 'data')) as [Buffer];
      expect(said.toString()).toBe(word);
    }
    stdin.end();
    await exit;
  });

  it('does not mind input that the command does not read', async () => {
    const { stdin, stdout, exit } = await client.exec('api', 'head -c 3');
    const endless = Readable.from(
      (function* zeros() {
        for (;;) yield Buffer.alloc(megabyte);
      })(),
    );
    endless.pipe(stdin);
    expect(await text(stdout)).toBe('\0\0\0');
    expect(await exit).toEqual({ code: 0, signal: null });
    endless.destroy();
    expect(await client.call('dokploy.list', { query: {} })).toHaveLength(1);
  });

  it('makes the command wait for who does not read, and keeps little meanwhile', async () => {
    const { stdin, stdout, exit } = await client.exec('api', 'cat');
    let written = 0;
    const source = new Readable({
      read() {
        written += 64 * 1024;
        this.push(Buffer.alloc(64 * 1024));
      },
    });
    source.pipe(stdin);
    // Nobody reads: it comes to a standstill.
    await standsStill(() => written);
    expect(written).toBeLessThan(8 * megabyte);
    source.unpipe(stdin);
    source.destroy();
    stdin.end();
    const got = await buffer(stdout);
    expect(got.length % (64 * 1024)).toBe(0);
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('is ended with its client', async () => {
    const stop = new AbortController();
    const { stdout, stderr, exit } = await client.exec('api', 'echo begun; sleep 600', { signal: stop.signal });
    expect(String(((await once(stdout, 'data')) as [Buffer])[0])).toBe('begun\n');
    stop.abort();
    await expect(exit).rejects.toMatchObject({ code: 'cancelled' });
    expect(await text(stderr)).toBe('');
    await expect.poll(() => lastCommand().isEnded()).toBe(true);
    expect(await lastCommand().exit).toEqual({ code: null, signal: 'TERM' });
  });

  it('is ended with the daemon, which says so', async () => {
    const { stdout, exit } = await client.exec('api', 'echo begun; sleep 600');
    await once(stdout, 'data');
    await Promise.all([
      expect(exit).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('daemon'),
      }),
      world.api.close(),
    ]);
    expect(lastCommand().isEnded()).toBe(true);
  });

  it('fails before it begins with an ordinary error', async () => {
    await expect(client.exec('other', 'true')).rejects.toMatchObject({ code: 'not-found', status: 404, field: 'id' });
    world.dokploy.fail = new DevyardError('unavailable', 'No SSH.', { hint: 'Start it.' });
    await expect(client.exec('api', 'true')).rejects.toMatchObject({
      status: 503,
      message: 'No SSH.',
      hint: 'Start it.',
    });
    await expect(client.exec('api', '')).rejects.toMatchObject({ status: 422, field: 'body' });
    const stranger = createClient({ socket: world.socket.socketPath, token: 'wrong' });
    await expect(stranger.exec('api', 'true')).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
    await expect(client.exec('api', 'true', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(world.dokploy.commands).toEqual([]);
    expect(world.problems).toEqual([]);
  });

  it('tells a connection that broke within it', async () => {
    const exec = world.dokploy.exec.bind(world.dokploy);
    world.dokploy.exec = async (id, command) => ({
      ...(await exec(id, command)),
      exit: Promise.reject(new DevyardError('unavailable', 'The SSH connection broke.')),
    });
    const { stdout, exit } = await client.exec('api', 'echo so far');
    expect(await text(stdout)).toBe('so far\n');
    await expect(exit).rejects.toMatchObject({ code: 'unavailable', message: 'The SSH connection broke.' });
  });

  it('runs many at once', async () => {
    const outputs = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { stdout, exit } = await client.exec('api', `echo ${index}`);
        const said = await text(stdout);
        await exit;
        return said;
      }),
    );
    expect(outputs).toEqual(Array.from({ length: 20 }, (_, index) => `${index}\n`));
  });
});

it('is in the OpenAPI document', async () => {
  const { paths } = JSON.parse((await ask(world.socket, 'GET', '/openapi.json', bearer)).text) as {
    paths: Record<string, Record<string, { operationId: string; tags: string[] }>>;
  };
  const { post } = paths['/api/dokploy/workspaces/{id}/exec'] ?? expect.fail('no path');
  expect(post).toMatchObject({ operationId: 'dokploy.exec', tags: ['dokploy'], requestBody: {} });
});
