import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { bearer, startApi, type ApiWorld } from './apiWorld.ts';
import { codeServer, id, token, unknownId } from './fakes.ts';
import { ask, closed, raw, readUntil } from './http.ts';
import { Client, LiveLog } from './logClient.ts';

const second = '01890000-0000-7000-8000-000000000002';
let world: ApiWorld;
let logs: Map<string, LiveLog>;
let url: string;
const clients: Client[] = [];
beforeEach(async () => {
  world = await startApi();
  logs = new Map([[id, new LiveLog()]]);
  world.codeServers.log = async (wanted) => {
    world.codeServers.get(wanted);
    const log = logs.get(wanted) ?? new LiveLog();
    logs.set(wanted, log);
    return log;
  };
  url = `ws://127.0.0.1:${world.tcp.port}/ws/logs`;
});
afterEach(async () => {
  for (const { ws } of clients.splice(0)) ws.terminate();
  await world.close();
});
const dial = (...args: ConstructorParameters<typeof Client>): Client => {
  const client = new Client(...args);
  clients.push(client);
  return client;
};
const logOf = (server: string): LiveLog => logs.get(server) ?? expect.fail('no such log');
const add = (server: string, name: string): void => {
  const made = codeServer({ id: server, name });
  world.codeServers.servers.set(server, made);
  world.events.append({ type: 'codeServer.created', codeServer: made } as never);
};
const refused = async (client: Client): Promise<number> => {
  const [, answer] = (await once(client.ws, 'unexpected-response')) as [unknown, { statusCode: number }];
  return answer.statusCode;
};

describe('the log of one server', () => {
  it('first what there is, then each line, none lost and none doubled', async () => {
    const log = logOf(id);
    for (let i = 1; i <= 150; i++) log.add(`line ${i}`);
    // Lines keep coming while the first message is made.
    const tail = log.tail.bind(log);
    log.tail = async (lines, before) => {
      const found = await tail(lines, before);
      log.add('line 151');
      return found;
    };
    const client = dial(`${url}/${id}`);
    await client.until((messages) => messages.length >= 2);
    log.add('line 152', 'line 153');
    const [first, next] = await client.until((messages) => messages.length >= 4);
    expect(first?.type).toBe('initial_logs');
    expect(first?.logs).toHaveLength(100);
    expect(next).toEqual({
      type: 'new_log',
      log: {
        timestamp: new Date(1_700_000_000_000 + 151_000).toISOString(),
        level: 'INFO',
        serverId: id,
        serverName: 'api',
        source: 'stdout',
        message: 'line 151',
      },
    });
    expect(client.lines).toEqual(Array.from({ length: 103 }, (_, i) => `line ${i + 51}`));
    expect(client.ws.extensions).toBe('');
  });

  it('lines of any length and alphabet', async () => {
    const log = logOf(id);
    const client = dial(`${url}/${id}`);
    await client.until((messages) => messages.length >= 1);
    // Around the lengths at which a frame's header grows, with what surrounds the line in its message.
    const envelope = 150;
    const lines = [125, 126, 65_535, 65_536].flatMap((size) =>
      [-envelope - 20, -envelope, -envelope + 20, 0].map((off) => 'x'.repeat(Math.max(0, size + off))),
    );
    lines.push('äöü€😀'.repeat(20_000), '');
    log.add(...lines);
    await client.until((messages) => messages.length > lines.length);
    expect(client.lines).toEqual(lines);
  });

  it('none of another server, and under the name of now', async () => {
    add(second, 'other');
    const client = dial(`${url}/${id}`);
    await client.until((messages) => messages.length === 1);
    expect(client.messages).toEqual([{ type: 'initial_logs', logs: [] }]);
    await world.codeServers.log(second);
    logOf(second).add('not for you');
    await world.codeServers.update(id, { name: 'renamed' });
    logOf(id).add('mine');
    await client.until((messages) => messages.length === 2);
    expect([client.messages[1]?.log?.message, client.messages[1]?.log?.serverName]).toEqual(['mine', 'renamed']);
  });

  it('ends when the server is deleted, and with the daemon', async () => {
    const client = dial(`${url}/${id}`);
    await client.until((messages) => messages.length === 1);
    const gone = once(client.ws, 'close');
    world.events.append({ type: 'codeServer.deleted', id });
    expect((await gone)[0]).toBe(1000);
    const next = dial(`${url}/${id}`);
    await next.until((messages) => messages.length === 1);
    const ended = once(next.ws, 'close');
    await world.api.close();
    expect((await ended)[0]).toBe(1001);
    await expect.poll(() => logOf(id).followed?.aborted).toBe(true);
    expect(world.events.listenerCount).toBe(0);
  });
});

describe('the logs of all servers', () => {
  it('in the order of time, at most 500, with servers that come and go', async () => {
    for (let n = 2; n <= 8; n++) add(`01890000-0000-7000-8000-00000000000${n}`, `s${n}`);
    for (const server of world.codeServers.servers.keys()) {
      await world.codeServers.log(server);
      logOf(server).add(...Array.from({ length: 120 }, (_, i) => `${server.slice(-1)}:${i}`));
    }
    const client = dial(url);
    await client.until((messages) => messages.length === 1);
    const first = client.messages[0]?.logs ?? [];
    expect(first).toHaveLength(500);
    expect(first.map(({ timestamp }) => timestamp)).toEqual(first.map(({ timestamp }) => timestamp).toSorted());
    expect(new Set(first.map(({ serverId }) => serverId)).size).toBe(8);
    // The newest are all there.
    expect(first.filter(({ message }) => message.endsWith(':119'))).toHaveLength(8);
    const late = '01890000-0000-7000-8000-000000000009';
    logs.set(late, new LiveLog());
    logOf(late).add('before it was announced');
    add(late, 's9');
    await client.until((messages) => messages.length === 2);
    logOf(late).add('later');
    logOf(second).add('second');
    await client.until((messages) => messages.length === 4);
    expect(client.lines.slice(500).toSorted()).toEqual(['before it was announced', 'later', 'second']);
    world.events.append({ type: 'codeServer.deleted', id: second });
    expect(logOf(second).followed?.aborted).toBe(true);
    logOf(second).add('from the grave');
    logOf(late).add('alive');
    await client.until((messages) => messages.length === 5);
    expect(client.messages[4]?.log?.message).toBe('alive');
    const gone = once(client.ws, 'close');
    client.ws.close();
    await gone;
    await expect.poll(() => logOf(late).followed?.aborted).toBe(true);
    expect(world.events.listenerCount).toBe(0);
    expect(world.problems).toEqual([]);
  });

  it('go on when one of them cannot be read', async () => {
    add(second, 'broken');
    const log = new LiveLog();
    log.tail = () => Promise.reject(new Error('EIO'));
    logs.set(second, log);
    const client = dial(url);
    await client.until((messages) => messages.length === 1);
    logOf(id).add('fine');
    await client.until((messages) => messages.length === 2);
    expect(client.lines).toEqual(['fine']);
    expect(world.problems).toEqual([expect.stringContaining('EIO')]);
    const one = dial(`${url}/${second}`);
    expect((await once(one.ws, 'close'))[0]).toBe(1011);
  });
});

describe('who may listen', () => {
  it('the token in a header, or where a browser can put it', async () => {
    expect(await refused(dial(url, [], {}))).toBe(401);
    expect(await refused(dial(url, [], { Authorization: 'Bearer no' }))).toBe(401);
    expect(await refused(dial(url, ['devyard', 'bearer.no'], {}))).toBe(401);
    // Only there.
    expect(
      (await ask(world.tcp, 'GET', '/api/daemon', { 'Sec-WebSocket-Protocol': `devyard, bearer.${token}` })).status,
    ).toBe(401);
    for (const path of [url, `${url}/${id}`]) {
      const client = dial(path, ['devyard', `bearer.${token}`], { Origin: `http://127.0.0.1:${world.tcp.port}` });
      await client.until((messages) => messages.length === 1);
      expect(client.ws.protocol).toBe('devyard');
    }
    const plain = dial(url);
    await plain.until((messages) => messages.length === 1);
    expect(plain.ws.protocol).toBe('');
    expect(world.problems.join('\n')).not.toContain(token);
  });

  it('no foreign page or name', async () => {
    for (const headers of [{ Origin: 'http://evil.example' }, { Origin: 'null' }, { Host: 'evil.example' }]) {
      expect(await refused(dial(url, [], { ...bearer, ...headers }))).toBe(403);
      expect(await refused(dial(url, ['devyard', `bearer.${token}`], headers))).toBe(403);
    }
  });

  it('of an unknown server nobody, and not without a WebSocket', async () => {
    const head = (path: string, more = ''): string =>
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${world.tcp.port}\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`;
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    for (const unknown of [unknownId, 'nonsense', '..%2f', '%zz']) {
      const answer = await raw(world.tcp.port, head(`/ws/logs/${unknown}`, key));
      expect(answer).toMatch(unknown === '%zz' ? /^HTTP\/1.1 400/ : /^HTTP\/1.1 404/);
      expect(typeof (JSON.parse(answer.slice(answer.indexOf('{'))) as { error: unknown }).error).toBe('string');
    }
    expect(await raw(world.tcp.port, head('/ws/logs'))).toMatch(/^HTTP\/1.1 400/);
    expect((await ask(world.tcp, 'GET', '/ws/logs', bearer)).status).toBe(426);
    expect((await ask(world.tcp, 'POST', '/ws/logs', bearer)).status).toBe(404);
  });
});

describe('a client that', () => {
  it('does not read holds up nobody and nothing', async () => {
    const log = logOf(id);
    const { port } = world.tcp;
    const stalled = connect(port, '127.0.0.1').on('error', () => undefined);
    stalled.write(
      `GET /ws/logs/${id} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    await readUntil(stalled, (text) => text.includes('initial_logs'));
    stalled.pause();
    const quick = dial(`${url}/${id}`);
    await quick.until((messages) => messages.length === 1);
    // Far more than sockets hold.
    const text = 'x'.repeat(1000);
    for (let i = 0; i < 40; i++) {
      log.add(...Array.from({ length: 1000 }, () => text));
      await quick.until((messages) => messages.length === 1 + (i + 1) * 1000);
    }
    // The stalled one has what the two kernels' buffers hold and not a batch more.
    const [slow = 0, fast = 0] = log.taken;
    expect(fast).toBeGreaterThanOrEqual(40);
    expect(slow).toBeLessThan(20);
    const gone = closed(stalled);
    // Nothing was heard from it since: a heartbeat, and one more.
    world.clock.pass(30_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    world.clock.pass(30_000);
    stalled.resume();
    await gone;
    log.add('still there');
    await quick.until((messages) => messages.at(-1)?.log?.message === 'still there');
  });

  it('is there stays, one that is not is let go', async () => {
    const alive = dial(url);
    const dead = dial(url);
    await Promise.all([alive, dead].map((client) => client.until((messages) => messages.length === 1)));
    dead.ws.pause();
    const gone = once(dead.ws, 'close');
    for (let i = 0; i < 3; i++) {
      const pinged = once(alive.ws, 'ping');
      world.clock.pass(30_000);
      await pinged;
      // Its answer must have arrived.
      alive.ws.ping();
      await once(alive.ws, 'pong');
    }
    dead.ws.resume();
    await gone;
    expect(alive.ws.readyState).toBe(WebSocket.OPEN);
  });

  it('talks is not listened to, and one that talks too much is let go', async () => {
    const client = dial(url);
    await client.until((messages) => messages.length === 1);
    client.ws.send('{"type":"subscribe"}');
    client.ws.send(Buffer.alloc(1000));
    logOf(id).add('goes on');
    await client.until((messages) => messages.length === 2);
    const gone = once(client.ws, 'close');
    client.ws.send(Buffer.alloc(2000));
    expect((await gone)[0]).toBe(1009);
  });

  it('pings without end and never reads gets no queue of answers', async () => {
    const client = dial(url);
    await client.until((messages) => messages.length === 1);
    client.ws.pause();
    let pongs = 0;
    client.ws.on('pong', () => pongs++);
    const pings = 200_000;
    for (let i = 0; i < pings; i++) {
      client.ws.ping('x'.repeat(125));
      if (i % 2000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => client.ws.bufferedAmount, { timeout: 20_000 }).toBe(0);
    client.ws.resume();
    logOf(id).add('still there');
    await client.until((messages) => messages.length === 2);
    expect(pongs).toBeGreaterThan(0);
    expect(pongs).toBeLessThan(pings);
  });
});
