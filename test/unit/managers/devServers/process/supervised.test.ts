import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../../src/managers/shared/processes/types.ts';
import { FakeProcess, FakeWorld } from './fakeWorld.ts';

const up = async (world: FakeWorld): Promise<void> => {
  await world.ui.start();
  await world.ui.untilReady();
};

describe('a supervised process', () => {
  it('is written down before it is spawned, and forgotten when it has ended', async () => {
    const world = new FakeWorld();
    await up(world);
    const [record] = [...world.records.values()];
    expect(record).toMatchObject({
      resource: 'devServer:p1:ui',
      command: ['/bin/node', 'server.js'],
      ports: { own: 100 },
      pid: 1000,
    });
    await world.ui.stop();
    expect(world.last.stops[0]).toEqual([5000, 'SIGINT']);
    expect([world.records.size, world.log.live.size, world.held.size]).toEqual([0, 0, 0]);
    expect(world.statuses).toEqual(['starting', 'running', 'ready', 'stopped']);
    expect(world.clock.pending).toBe(0);
    expect(world.problems).toEqual([]);
  });

  it('waits longer before each restart, says until when, and gives up', async () => {
    const world = new FakeWorld({ ready: [{ type: 'log', pattern: 'never' }] });
    await world.ui.start();
    for (const [at, wait] of [1000, 2000, 4000].entries()) {
      world.last.end(1);
      await world.clock.advance(0);
      const now = world.clock.now();
      expect(world.ui.state).toMatchObject({ status: 'error', retryAt: now + wait, attempt: at + 1, exitCode: 1 });
      await world.clock.advance(wait - 1);
      expect(world.spawned).toHaveLength(at + 1);
      await world.clock.advance(1);
      await world.until('running');
      expect(world.spawned).toHaveLength(at + 2);
    }
    world.last.end(7);
    await world.clock.advance(0);
    expect(world.ui.state).toMatchObject({ status: 'error', attempt: 4, exitCode: 7 });
    expect(world.ui.state).not.toHaveProperty('retryAt');
    await expect(world.ui.untilReady()).rejects.toMatchObject({ code: 'start-failed' });
    await world.clock.advance(100_000);
    expect(world.spawned).toHaveLength(4);
    expect([world.held.size, world.records.size]).toEqual([0, 0]);
  });

  it('counts restarts anew after it was ready for a minute, and not a moment earlier', async () => {
    const world = new FakeWorld();
    await up(world);
    for (const [lasted, attempt, wait] of [
      [59_999, 1, 1000],
      [59_999, 2, 2000],
      [60_000, 1, 1000],
    ] as const) {
      await world.clock.advance(lasted);
      world.last.end(1);
      await world.clock.advance(0);
      expect(world.ui.state).toMatchObject({ status: 'error', attempt });
      await world.clock.advance(wait);
      await world.until('ready');
    }
  });

  it('counts restarts anew, too, when somebody did not want to wait', async () => {
    const world = new FakeWorld({ ready: [{ type: 'log', pattern: 'never' }] });
    await world.ui.start();
    for (const attempt of [1, 1, 1, 1, 1]) {
      world.last.end(1);
      await world.clock.advance(0);
      expect(world.ui.state).toMatchObject({ status: 'error', attempt });
      await world.ui.start();
    }
    expect(world.spawned).toHaveLength(6);
  });

  it('that should always run is restarted after exit code 0, too', async () => {
    const world = new FakeWorld({ restart: { policy: 'always', backoffMs: [1000, 1000], max: 3 } });
    await up(world);
    world.last.end(0);
    await world.clock.advance(0);
    expect(world.ui.state).toMatchObject({ status: 'error', exitCode: 0 });
    await world.clock.advance(1000);
    await world.until('ready');
    expect(world.spawned).toHaveLength(2);
  });

  it('that should never be restarted is not', async () => {
    const world = new FakeWorld({ restart: { policy: 'never', backoffMs: [1000, 1000], max: 3 } });
    await up(world);
    world.last.end(1);
    await world.clock.advance(100_000);
    expect(world.ui.state).toMatchObject({ status: 'error', reason: 'it ended with exit code 1' });
    expect(world.spawned).toHaveLength(1);
  });

  it('that cannot be ended is shown so, and is ended before it is started again', async () => {
    const world = new FakeWorld();
    await up(world);
    const [stubborn] = world.spawned;
    if (stubborn === undefined) throw new Error('none');
    stubborn.refusal = new Error('it belongs to another user');
    await expect(world.ui.stop()).rejects.toThrow('another user');
    expect(world.ui.state).toMatchObject({
      status: 'error',
      reason: 'it could not be stopped: it belongs to another user',
    });
    expect(world.held).toEqual(new Set([100]));
    expect(world.records.size).toBe(1);
    await expect(world.ui.start()).rejects.toThrow('another user');
    expect(world.spawned).toHaveLength(1);
    stubborn.refusal = undefined;
    await up(world);
    expect(world.spawned).toHaveLength(2);
    expect(world.records.size).toBe(1);
  });

  it('that is let go runs on, and nothing is said or written about it any more', async () => {
    const world = new FakeWorld();
    await up(world);
    const seen = [world.states.length, world.log.lines.length];
    await world.ui.letGo();
    world.last.end(1);
    await world.clock.advance(100_000);
    expect([world.states.length, world.log.lines.length]).toEqual(seen);
    expect(world.last.stops).toEqual([]);
    expect(world.records.size).toBe(1);
    await expect(world.ui.start()).rejects.toMatchObject({ code: 'wrong-state' });
    expect(world.clock.pending).toBe(0);
  });

  it('runs in a terminal, and with a debugger, where that is asked for', async () => {
    const world = new FakeWorld({ tty: true, debug: { type: 'node', port: null }, ready: [] });
    await world.ui.start({ debug: true });
    expect(world.specs[0]).toMatchObject({ command: '/holder', args: ['--', '/bin/node', '--inspect', 'server.js'] });
    // The holder's environment is its own: what is meant for the program must not steer it.
    expect(world.specs[0]?.env).toEqual({ HELD_PORT: '100' });
    await world.ui.untilReady();
    expect(world.ui.state).toMatchObject({ run: { debugPort: 9229 } });
    expect([...world.records.values()][0]?.ports).toEqual({ own: 100, debug: 9229 });
  });

  it('sets PORT unless the manifest does', async () => {
    const world = new FakeWorld({ env: { PORT: '1${port}' } }, { environment: async () => ({ PORT: '9' }) });
    await up(world);
    expect(world.specs[0]?.env).toEqual({ PORT: '1100' });
  });

  it('that cannot be written down is not started', async () => {
    const full = new Error('The disk is full');
    const runRecords = {
      writeIntent: () => Promise.reject(full),
      writeStarted: async () => undefined,
      remove: async () => undefined,
    };
    const world = new FakeWorld({}, { runRecords });
    await expect(world.ui.start()).rejects.toBe(full);
    expect(world.spawned).toEqual([]);
    expect(world.ui.state).toMatchObject({ status: 'error', reason: 'The disk is full' });
    expect(world.held.size).toBe(0);
    await world.ui.stop();
    expect(world.ui.state.status).toBe('stopped');
  });

  it('ended by a listener that throws, or asks for a stop in between, is ended all the same', async () => {
    const world = new FakeWorld();
    let stopped: Promise<void> | undefined;
    world.ui.onChange((state) => {
      if (state.status === 'running') stopped ??= world.ui.stop();
      throw new Error('a bad listener');
    });
    await world.ui.start();
    await stopped;
    expect(world.ui.state.status).toBe('stopped');
    expect(world.statuses).not.toContain('ready');
    expect(world.records.size).toBe(0);
  });
});

describe('readiness', () => {
  const ready = [{ type: 'log', pattern: '^up$' }] as const;

  it('knows only lines of this process and this run', async () => {
    const world = new FakeWorld({ ready });
    world.log.print('up');
    await world.ui.start();
    world.log.print('up', 'api');
    world.log.append('system', 'up', 'ui');
    world.log.print('up and about');
    await world.clock.advance(100);
    expect(world.ui.state).toMatchObject({ status: 'running', waitingFor: ['the log line /^up$/ has not come'] });
    world.log.print('\u001B[1mup\u001B[0m', 'ui', 'stderr');
    await world.ui.untilReady();
  });

  it('is waited for so long as the plan says, also while the machine’s clock jumps', async () => {
    const world = new FakeWorld();
    world.answer = { failure: 'connection refused' };
    await world.ui.start();
    world.clock.setWallClock(3_600_000);
    await world.clock.advance(29_999);
    expect(world.ui.state.status).toBe('running');
    await world.clock.advance(1);
    expect(world.ui.state).toMatchObject({
      status: 'error',
      reason: 'it was not ready within 30 s: http://127.0.0.1:100/ does not answer (connection refused)',
    });
    expect(world.last.stops).toHaveLength(1);
    await world.clock.advance(100_000);
    expect(world.spawned).toHaveLength(1);
    expect(world.clock.pending).toBe(0);
  });

  it('says what it waits for only when that changes', async () => {
    const world = new FakeWorld();
    world.answer = { status: 503 };
    await world.ui.start();
    await world.clock.advance(10_000);
    expect(world.states.filter(({ status }) => status === 'running')).toHaveLength(2);
  });

  it('ends a wait with its signal', async () => {
    const world = new FakeWorld({ ready });
    await world.ui.start();
    const waiting = new AbortController();
    const ended = world.ui.untilReady(waiting.signal);
    waiting.abort();
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
    expect(world.ui.state.status).toBe('running');
  });
});

describe('an adoption', () => {
  const record: RunRecord = {
    runId: 'run-1',
    resource: 'devServer:p1:ui',
    hostId: 'host',
    bootId: 'boot',
    pid: 7,
    startTime: '1',
    command: ['/bin/node'],
    intendedAt: 1_000_000 - 5000,
    ports: { own: 105 },
  };
  const ready = [{ type: 'http', target: '/' } as const, { type: 'log', pattern: '^up$' } as const];

  it('searches what the run wrote before, and nothing older', async () => {
    const world = new FakeWorld({ ready });
    world.adoptable = new FakeProcess('run-1', 7, true);
    world.log.print('up', 'ui', 'stdout', record.intendedAt - 1);
    await world.ui.adopt(record);
    await world.clock.advance(10);
    expect(world.ui.state).toMatchObject({ status: 'running', run: { port: 105, pid: 7, adopted: true } });
    await world.ui.letGo();
    const other = new FakeWorld({ ready });
    other.adoptable = new FakeProcess('run-1', 7, true);
    other.log.print('up', 'ui', 'stdout', record.intendedAt + 1);
    await other.ui.adopt(record);
    await other.ui.untilReady();
  });

  it('does not wait for a line that came long ago, but asks the page', async () => {
    const world = new FakeWorld({ ready });
    world.adoptable = new FakeProcess('run-1', 7, true);
    world.answer = { status: 503 };
    await world.ui.adopt({ ...record, intendedAt: record.intendedAt - 30_000 });
    await world.clock.advance(100);
    expect(world.ui.state).toMatchObject({ waitingFor: ['http://127.0.0.1:105/ answered 503'] });
    world.answer = { status: 404 };
    await world.clock.advance(100);
    expect(world.ui.state.status).toBe('ready');
  });

  it('of what is gone ends what is left of it', async () => {
    const world = new FakeWorld();
    expect(await world.ui.adopt(record)).toBe(false);
    expect(world.endedLeftovers).toEqual(['run-1']);
    expect(world.statuses).toEqual(['stopped']);
  });

  it('ends a process whose probes cannot be asked any more', async () => {
    const world = new FakeWorld({ ready: [{ type: 'http', target: 'http://127.0.0.1:${port:api}/' }] });
    const process = new FakeProcess('run-1', 7, true);
    world.adoptable = process;
    await expect(world.ui.adopt(record)).rejects.toMatchObject({ code: 'invalid', field: 'processes.ui.ready' });
    expect(process.stops).toHaveLength(1);
    expect(world.ui.state.status).toBe('stopped');
    expect(world.held.size).toBe(0);
  });
});
