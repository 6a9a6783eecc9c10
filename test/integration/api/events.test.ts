import * as fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type DevyardClient, type ReceivedEvent } from '../../../src/api/client/client.ts';
import type { StateEvent } from '../../../src/api/contract/events.ts';
import { createApiServer, type ApiServer } from '../../../src/api/server/server.ts';
import { codeServer, id, temporaryFolder, token, unknownId } from './fakes.ts';
import { createWorld, type World } from './world.ts';
import { ask, open, readUntil } from './http.ts';

let world: World;
let api: ApiServer;
let client: DevyardClient;
let socketPath: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

const headers = { Authorization: `Bearer ${token}` };
const deleted: StateEvent = { type: 'codeServer.deleted', id };
const metrics = { cpuPercent: 1, memoryBytes: 2, processes: 3, sampledAt: 4 };

beforeEach(async () => {
  folder = await temporaryFolder();
  world = createWorld();
  api = await createApiServer(world.deps);
  socketPath = path.join(folder.path, 's');
  await api.listenSocket(socketPath);
  client = createClient({ socket: socketPath, token });
});

afterEach(async () => {
  client.close();
  await api.close();
  await folder.remove();
});

/** Reads a stream until an event satisfies the condition. */
async function collect(after: number | undefined, until: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent[]> {
  const stop = new AbortController();
  const got: ReceivedEvent[] = [];
  for await (const event of client.events(after, stop.signal)) {
    got.push(event);
    if (until(event)) stop.abort();
  }
  return got;
}
const ids = (events: readonly ReceivedEvent[]): number[] => events.flatMap((event) => event.id ?? []);

describe('GET /api/events', () => {
  it('has the format of the contract', async () => {
    world.events.append(deleted);
    const stream = await open({ socketPath }, 'GET', '/api/events?after=0', headers);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store',
    });
    const replayed = readUntil(stream, (text) => text.includes('id: 1'));
    expect(await replayed).toBe(
      `event: hello\ndata: {"type":"hello","lastEventId":1}\n\nid: 1\nevent: codeServer.deleted\ndata: {"type":"codeServer.deleted","id":"${id}"}\n\n`,
    );
    world.passing.emit({ type: 'codeServer.metrics', id, metrics });
    expect(await readUntil(stream, (text) => text.endsWith('\n\n'))).toBe(
      `event: codeServer.metrics\ndata: ${JSON.stringify({ type: 'codeServer.metrics', id, metrics })}\n\n`,
    );
    const beat = readUntil(stream, (text) => text.endsWith('\n\n'));
    world.clock.pass(15_000);
    expect(await beat).toBe(':\n\n');
    stream.destroy();
  });

  it('lets Last-Event-ID win over the query', async () => {
    for (let i = 0; i < 5; i++) world.events.append(deleted);
    const stream = await open({ socketPath }, 'GET', '/api/events?after=1', { ...headers, 'Last-Event-ID': '4' });
    const text = await readUntil(stream, (seen) => seen.includes('id: 5'));
    expect(text.match(/^id: \d+$/gm)).toEqual(['id: 5']);
    stream.destroy();
  });

  it('sends only what comes when nothing is asked for', async () => {
    world.events.append(deleted);
    const got = collect(undefined, (event) => event.id !== undefined);
    await expect.poll(() => world.clients).toEqual([1]);
    world.events.append(deleted);
    expect((await got).map(({ id: number, event }) => [number, event.type])).toEqual([
      [undefined, 'hello'],
      [2, 'codeServer.deleted'],
    ]);
    await expect.poll(() => world.clients).toEqual([1, 0]);
    expect(world.events.listenerCount).toBe(0);
    expect(world.passing.listenerCount).toBe(0);
  });

  it.each([
    ['pruned events', 2],
    ['a number from the future', 900],
  ])('says reset for %s and goes on from there', async (_, after) => {
    world.events.prunedTo = 10;
    world.events.append(deleted);
    const got = collect(after, (event) => event.id === 12);
    await expect.poll(() => world.clients.length).toBe(1);
    world.events.append(deleted);
    expect((await got).map(({ id: number, event }) => [number, event])).toEqual([
      [undefined, { type: 'hello', lastEventId: 11 }],
      [undefined, { type: 'reset', lastEventId: 11 }],
      [12, deleted],
    ]);
  });

  it('sends an event once that it met in the log before it was told of it', async () => {
    const early = world.events.store(deleted);
    const got = collect(0, (event) => event.id === 2);
    await expect.poll(() => world.clients).toEqual([1]);
    world.events.tell(early);
    world.events.append(deleted);
    expect(ids(await got)).toEqual([1, 2]);
  });

  it('never has a gap or a double, whatever is appended while it replays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          before: fc.integer({ min: 0, max: 40 }),
          bytes: fc.constantFrom(10, 20_000),
          afterFraction: fc.double({ min: 0, max: 1, noNaN: true }),
          bursts: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 }),
        }),
        async ({ before, bytes, afterFraction, bursts }) => {
          const log = world.events;
          const append = (): number =>
            log.append({ type: 'codeServer.changed', codeServer: codeServer({ name: 'x'.repeat(bytes) }) }).id;
          const base = log.lastId;
          for (let i = 0; i < before; i++) append();
          const after = base + Math.floor(before * afterFraction);
          // The last round of bursts ends with an event of a kind that ends the collecting.
          const reading = collect(after, ({ event }) => event.type === 'settings.changed');
          for (const burst of bursts) {
            for (let i = 0; i < burst; i++) append();
            await new Promise((resolve) => setImmediate(resolve));
          }
          await expect.poll(() => world.events.listenerCount, { interval: 1 }).toBe(1);
          const { id: last } = log.append({ type: 'settings.changed', settings: world.deps.settings.get() });
          const got = ids(await reading);
          await expect.poll(() => world.events.listenerCount, { interval: 1 }).toBe(0);
          expect(got).toEqual(Array.from({ length: last - after }, (_, index) => after + 1 + index));
          log.all.length = 0;
          log.prunedTo = last;
        },
      ),
      { numRuns: 40 },
    );
  });

  it('replays more than the limit for slow readers to a reader that reads', async () => {
    const many = 300;
    for (let i = 0; i < many; i++)
      world.events.append({
        type: 'codeServer.changed',
        codeServer: codeServer({ name: 'x'.repeat(20_000) }),
      });
    expect(ids(await collect(0, (event) => event.id === many))).toHaveLength(many);
  });

  it('drops a subscriber that does not read, and nobody else', async () => {
    const slow = connect(socketPath);
    slow.write(`GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await readUntil(slow, (text) => text.includes('hello'));
    slow.pause();
    const quick = collect(undefined, (event) => event.event.type === 'settings.changed');
    await expect.poll(() => world.clients.at(-1)).toBe(2);
    let appended = 0;
    while (world.clients.at(-1) === 2 && appended < 500) {
      world.events.append({
        type: 'codeServer.changed',
        codeServer: codeServer({ name: 'x'.repeat(20_000) }),
      });
      appended++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(world.clients).toEqual([1, 2, 1]);
    world.events.append({ type: 'settings.changed', settings: world.deps.settings.get() });
    expect(ids(await quick)).toHaveLength(appended + 1);
    slow.destroy();
  });

  it('gives up a replay that nobody reads', async () => {
    for (let i = 0; i < 300; i++)
      world.events.append({
        type: 'codeServer.changed',
        codeServer: codeServer({ name: 'x'.repeat(20_000) }),
      });
    const stalled = connect(socketPath);
    stalled.pause();
    stalled.write(`GET /api/events?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await expect.poll(() => world.clients).toEqual([1]);
    world.clock.pass(30_000);
    await expect.poll(() => world.clients).toEqual([1, 0]);
    stalled.destroy();
  });
});

describe('GET /api/code-servers/{id}/logs/stream', () => {
  const line = (seq: number, text = 'hi') => ({ kind: 'line', seq, time: 1, source: 'stdout', text }) as const;

  it('sends batches after a number until the reader goes', async () => {
    world.codeServers.logs.entries = [line(1), line(2), line(3)];
    const stop = new AbortController();
    for await (const batch of client.logs(id, 1, stop.signal)) {
      expect(batch).toEqual([line(2), line(3)]);
      stop.abort();
    }
    await expect.poll(() => world.codeServers.logs.followed?.aborted).toBe(true);
    // Only event streams count as clients.
    expect(world.clients).toEqual([]);
  });

  it('answers 404 before it becomes a stream', async () => {
    const { status, text } = await ask({ socketPath }, 'GET', `/api/code-servers/${unknownId}/logs/stream`, headers);
    expect([status, text]).toEqual([404, expect.stringContaining('not-found')]);
  });

  it('lets the reader set the pace', async () => {
    let made = 0;
    world.codeServers.logs.batches = async function* () {
      while (made < 2_000) yield [line(++made, 'x'.repeat(50_000))];
    };
    const stream: IncomingMessage = await open({ socketPath }, 'GET', `/api/code-servers/${id}/logs/stream`, headers);
    stream.pause();
    let before = -1;
    while (before !== made) {
      before = made;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    // 100 MB are there; a socket's worth of it was asked for.
    expect(made).toBeLessThan(100);
    stream.destroy();
  });

  it('says why it broke', async () => {
    world.codeServers.logs.batches = async function* () {
      yield [line(1)];
      throw new Error('disk on fire');
    };
    const reading = (async () => {
      for await (const batch of client.logs(id, 0, new AbortController().signal)) expect(batch).toHaveLength(1);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'internal' });
    expect(world.problems.join()).toContain('disk on fire');
  });
});
