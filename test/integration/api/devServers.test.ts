import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../src/managers/shared/logs/types.ts';
import { type ApiWorld, bearer, json, startApi } from './apiWorld.ts';
import { ask, open, readUntil } from './http.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await startApi();
});
afterEach(() => world.close());

const line = (seq: number, text: string, from?: string): LogEntry => ({
  kind: 'line',
  seq,
  time: 1000,
  source: from === undefined ? 'system' : 'stdout',
  text,
  ...(from === undefined ? {} : { from }),
});

describe('dev servers', () => {
  it('are found by id and by pluginID, and by nothing else', async () => {
    const { id } = world.devServers.devServer;
    for (const name of [id, 'demo']) {
      const answer = await ask(world.socket, 'GET', `/api/dev-servers/${name}`, bearer);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toMatchObject({ id, pluginID: 'demo', status: 'idle' });
    }
    const missing = await ask(world.socket, 'GET', '/api/dev-servers/other', bearer);
    expect(missing.status).toBe(404);
    expect(JSON.parse(missing.text)).toMatchObject({ error: { code: 'not-found', field: 'id' } });
  });

  it('are trusted on the local socket only', async () => {
    const trust = JSON.stringify({ trust: 'abc', debug: true });
    const local = await ask(world.socket, 'POST', '/api/dev-servers/demo/start', json, trust);
    expect(local.status).toBe(202);
    expect(world.devServers.calls).toEqual([
      ['trust', 'demo', 'abc'],
      ['start', 'demo', { trust: 'abc', debug: true }],
    ]);
    for (const [path, body] of [
      ['/api/dev-servers/demo/start', trust],
      ['/api/dev-servers/demo/restart', trust],
      ['/api/dev-servers/demo/trust', '{"hash":"abc"}'],
      ['/api/dev-servers', '{"path":"/p/demo","trust":true}'],
    ] as const) {
      const remote = await ask(world.tcp, 'POST', path, json, body);
      expect(remote.status).toBe(403);
      expect(JSON.parse(remote.text)).toMatchObject({ error: { code: 'forbidden' } });
    }
    expect(world.devServers.calls).toHaveLength(2);
    // What is trusted already may be started from anywhere.
    expect((await ask(world.tcp, 'POST', '/api/dev-servers/demo/start', json, '{}')).status).toBe(202);
  });

  it('say truthfully that a rebuild failed', async () => {
    const answer = await ask(world.socket, 'POST', '/api/dev-servers/demo/rebuild', json, '{"build":"backend"}');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      success: false,
      builds: [{ name: 'backend', error: 'exit code 1' }],
    });
  });

  it('name the field that is wrong', async () => {
    for (const [path, body, field] of [
      ['/api/dev-servers', '{}', 'path'],
      ['/api/dev-servers/demo/start', '{"trust":true}', 'trust'],
      ['/api/dev-servers/demo/processes/ui/terminal', '{"rows":0}', 'rows'],
      ['/api/dev-servers/demo/rebuild', '{"builds":[]}', 'builds'],
    ] as const) {
      const answer = await ask(world.socket, 'POST', path, json, body);
      expect(answer.status).toBe(422);
      expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'invalid', field } });
    }
    expect((await ask(world.socket, 'GET', '/api/dev-servers/demo/logs?count=-1', bearer)).status).toBe(422);
  });

  it('give their log in the words of the original, filtered as far back as it goes', async () => {
    world.devServers.logOfAll.entries = [
      line(1, 'Starting demo.'),
      line(2, 'VITE ready', 'ui'),
      { kind: 'gap', seq: 3, time: 1000, droppedBytes: 20, droppedLines: 2 },
      line(5, 'ok  demo', 'backend'),
    ];
    const all = await ask(world.socket, 'GET', '/api/dev-servers/demo/logs', bearer);
    expect(JSON.parse(all.text)).toEqual({
      lastSeq: 5,
      entries: [
        { seq: 1, source: 'manager', level: 'info', message: 'Starting demo.' },
        { seq: 2, source: 'ui', level: 'info', message: 'VITE ready' },
        { seq: 3, source: 'manager', level: 'warn', message: '2 lines (20 bytes) were dropped here.' },
        { seq: 5, source: 'backend', level: 'info', message: 'ok  demo' },
      ].map((entry) => ({ ...entry, timestamp: '1970-01-01T00:00:01.000Z', pluginID: 'demo' })),
    });
    const some = await ask(world.socket, 'GET', '/api/dev-servers/demo/logs?source=ui&search=READY', bearer);
    expect(JSON.parse(some.text)).toMatchObject({ entries: [{ seq: 2 }] });
  });

  it('send their log lines with the events to who asks for them', async () => {
    const { logOfAll } = world.devServers;
    logOfAll.batches = async function* batches() {
      yield [line(7, 'VITE ready', 'ui')];
    };
    const stream = await open(world.socket, 'GET', '/api/events?devServerLogs=demo&window=true', bearer);
    const text = await readUntil(stream, (got) => got.includes('plugin/devserver/log'));
    const data = /event: plugin\/devserver\/log\ndata: (.*)\n/.exec(text)?.[1];
    expect(JSON.parse(data ?? '')).toEqual([
      {
        seq: 7,
        timestamp: '1970-01-01T00:00:01.000Z',
        pluginID: 'demo',
        source: 'ui',
        level: 'info',
        message: 'VITE ready',
      },
    ]);
    expect(world.windows).toEqual([1]);
    stream.destroy();
    await expect.poll(() => world.windows).toEqual([1, 0]);
  });

  it('show and take what a terminal says', async () => {
    const stream = await open(world.socket, 'GET', '/api/dev-servers/demo/processes/ui/terminal', bearer);
    expect(await readUntil(stream, (text) => text.includes('$ '))).toBe('$ ');
    const typed = await ask(
      world.socket,
      'POST',
      '/api/dev-servers/demo/processes/ui/terminal',
      json,
      '{"input":"y\\r","columns":80,"rows":24}',
    );
    expect(typed.status).toBe(202);
    expect(world.devServers.calls).toEqual([['type', 'demo', 'ui', { input: 'y\r', columns: 80, rows: 24 }]]);
  });
});
