import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DevProcessState } from '../../../src/managers/devServers/model.ts';
import { endProcess } from '../../support/endProcess.ts';
import { is, isFinal, ProcessWorld, range, told, until } from './processWorld.ts';

let world: ProcessWorld;

beforeEach(async () => {
  world = await ProcessWorld.open();
});

afterEach(() => world.close());

const waitingFor = (state: DevProcessState): readonly string[] =>
  state.status === 'running' ? state.waitingFor : ['not running'];

describe('readiness', () => {
  it('is there when the page no longer answers with an error', async () => {
    await world.role({ unready: 3 });
    const { ui, states } = await world.supervise();
    await ui.start();
    await ui.untilReady();
    const page = `http://127.0.0.1:${String(range.start)}/`;
    expect(states.map(({ status }) => status).filter((status, at, all) => all[at - 1] !== status)).toEqual([
      'starting',
      'running',
      'ready',
    ]);
    expect(states.flatMap(waitingFor)).toContain(`${page} answered 503`);
    expect(ui.state).toMatchObject({
      run: { pid: (await world.pids())[0], port: range.start, url: page, adopted: false, debugPort: null },
    });
    await ui.stop();
    expect(ui.state).toMatchObject({ status: 'stopped' });
    expect(await world.lives((await world.pids())[0] ?? 0)).toBe(false);
    expect((await world.records.list()).records).toEqual([]);
    expect(world.allocator.holderOf(range.start)).toBeUndefined();
    expect(world.problems).toEqual([]);
  });

  it('needs the page as well as the log line, whatever colours that has, and the line of an earlier run is none', async () => {
    await world.role({
      unready: 1e9,
      say: `  \u001B[32mLocal\u001B[39m:   http://127.0.0.1:\u001B[1m${String(range.start)}\u001B[22m/`,
    });
    const ready = [
      { type: 'http', target: '/' },
      { type: 'log', pattern: 'Local:.*:${port}/' },
    ] as const;
    const { ui } = await world.supervise({ ready });
    const release = () => fetch(`http://127.0.0.1:${String(range.start)}/release`);
    const page = `http://127.0.0.1:${String(range.start)}/ answered 503`;
    const line = `the log line /Local:.*:${String(range.start)}\\// has not come`;
    const waits = (...texts: readonly string[]) =>
      until(ui, (state): state is DevProcessState => JSON.stringify(waitingFor(state)) === JSON.stringify(texts));
    await ui.start();
    await waits(page);
    await release();
    await ui.untilReady();
    await ui.stop();
    await world.role({ unready: 1e9 });
    await ui.start();
    await waits(page, line);
    await release();
    await waits(line);
    expect(ui.state.status).toBe('running');
  });

  it('stops what is never ready, and says exactly what was waited for', async () => {
    await world.role({ unready: 1e9 });
    const { ui, log } = await world.supervise({
      readyTimeoutMs: 1500,
      ready: [
        { type: 'http', target: '/health?token=hunter2' },
        { type: 'log', pattern: 'never' },
        { type: 'tcp', port: range.end },
        { type: 'tcp', port: null },
      ],
    });
    await ui.start();
    await expect(ui.untilReady()).rejects.toMatchObject({ code: 'start-failed' });
    const failed = await until(ui, isFinal);
    const page = `http://127.0.0.1:${String(range.start)}/health answered 503`;
    const rest = `the log line /never/ has not come; 127.0.0.1:${String(range.end)} accepts no connection`;
    expect(failed.reason).toBe(`it was not ready within 1.5 s: ${page}; ${rest}`);
    expect(failed.lastLines).toContainEqual(expect.stringContaining('arguments'));
    expect(await world.lives((await world.pids())[0] ?? 0)).toBe(false);
    expect((await told(log)).join('\n')).not.toContain('hunter2');
  });
});

describe('a crash', () => {
  it('after it was ready is an error at once, and leads to a new process on the same port', async () => {
    const { ui, states } = await world.supervise();
    await ui.start();
    await ui.untilReady();
    const [first] = await world.pids();
    endProcess(first ?? 0);
    expect(await until(ui, is('error'))).toMatchObject({
      reason: 'it was ended by SIGKILL',
      signal: 'SIGKILL',
      exitCode: null,
      attempt: 1,
      retryAt: expect.any(Number) as number,
    });
    await ui.untilReady();
    const [, second] = await world.pids();
    expect(second).not.toBe(first);
    expect(ui.state).toMatchObject({ run: { pid: second, port: range.start } });
    const order = states.map(({ status }) => status).filter((status, at, all) => all[at - 1] !== status);
    expect(order).toEqual(['starting', 'running', 'ready', 'error', 'starting', 'running', 'ready']);
  });

  it('again and again is given up on, with the end of its output', async () => {
    await world.role({ exit: 3 });
    const { ui, log } = await world.supervise();
    await ui.start();
    const failed = await until(ui, isFinal);
    expect(failed).toMatchObject({
      reason: 'it ended with exit code 3 before it was ready, after 2 restarts in a row',
      exitCode: 3,
      attempt: 3,
    });
    expect(failed.lastLines.at(-1)).toBe('boom');
    expect(failed.lastLines.filter((line) => line === 'boom')).toHaveLength(1);
    expect(await world.pids()).toHaveLength(3);
    await vi.waitFor(async () => expect((await world.records.list()).records).toEqual([]));
    expect((await told(log)).filter((line) => line.startsWith('ui|boom'))).toHaveLength(3);
    await world.role({});
    await ui.start();
    await ui.untilReady();
  });

  it('takes what it left running with it', async () => {
    await world.role({ ignoreTerm: true });
    const { ui, log } = await world.supervise({ stop: { signal: 'SIGTERM', graceMs: 200 }, restart: never });
    await ui.start();
    await ui.untilReady();
    const stubborn = await stubbornPid(log);
    endProcess((await world.pids())[0] ?? 0);
    await until(ui, isFinal);
    await vi.waitFor(async () => expect(await world.lives(stubborn)).toBe(false));
  });

  it('is none when it ends with exit code 0', async () => {
    await world.role({ exit: 0 });
    const { ui, states } = await world.supervise();
    await ui.start();
    await until(ui, is('stopped'));
    expect(states.map(({ status }) => status)).not.toContain('error');
    expect(await world.pids()).toHaveLength(1);
  });
});

const never = { policy: 'never', backoffMs: [10, 40], max: 2 } as const;

async function stubbornPid(log: Parameters<typeof told>[0]): Promise<number> {
  return vi.waitFor(async () => {
    const pid = Number(/stubborn (\d+)/.exec((await told(log)).join('\n'))?.[1]);
    expect(pid).toBeGreaterThan(1);
    return pid;
  });
}

describe('a stop', () => {
  it('ends a grandchild that ignores TERM', async () => {
    await world.role({ ignoreTerm: true });
    const { ui, log } = await world.supervise({ stop: { signal: 'SIGTERM', graceMs: 200 } });
    await ui.start();
    await ui.untilReady();
    const stubborn = await stubbornPid(log);
    await ui.stop();
    expect(await world.lives(stubborn)).toBe(false);
  });

  it.each(['SIGINT', 'SIGHUP'] as const)('begins with %s where the plan says so', async (signal) => {
    const { ui, log } = await world.supervise({ stop: { signal, graceMs: 5000 } });
    await ui.start();
    await ui.untilReady();
    await ui.stop();
    expect(await told(log)).toContain(`ui|got ${signal}`);
  });

  it('cancels a start that has no process yet, at once', async () => {
    const { ui, states } = await world.supervise({}, { resolve: () => new Promise(() => undefined) });
    const started = ui.start();
    await until(
      ui,
      (state): state is DevProcessState => state.status === 'starting' && state.step.startsWith('launching'),
    );
    await Promise.all([ui.stop(), expect(started).rejects.toMatchObject({ code: 'cancelled' })]);
    expect(states.at(-1)).toMatchObject({ status: 'stopped' });
    expect(await world.pids()).toEqual([]);
    expect((await world.records.list()).records).toEqual([]);
    expect(world.allocator.holderOf(range.start)).toBeUndefined();
  });

  it('cancels the wait for a restart at once', async () => {
    await world.role({ exit: 3 });
    const { ui } = await world.supervise({ restart: { policy: 'always', backoffMs: [3_600_000, 3_600_000], max: 5 } });
    await ui.start();
    await until(ui, is('error'));
    await ui.stop();
    expect(ui.state.status).toBe('stopped');
    expect(await world.pids()).toHaveLength(1);
    expect(world.allocator.holderOf(range.start)).toBeUndefined();
  });
});

describe('a start', () => {
  it('is one, however many ask, and a restart makes a new process', async () => {
    const { ui } = await world.supervise();
    await Promise.all([ui.start(), ui.start(), ui.start()]);
    await ui.untilReady();
    await ui.start();
    expect(await world.pids()).toHaveLength(1);
    await Promise.all([ui.restart(), ui.restart(), ui.start()]);
    await ui.untilReady();
    const [first, second, ...more] = await world.pids();
    expect(more).toEqual([]);
    expect(await world.lives(first ?? 0)).toBe(false);
    expect(ui.state).toMatchObject({ run: { pid: second } });
  });

  it('comes at once when somebody does not want to wait for the restart', async () => {
    await world.role({ exit: 3 });
    const { ui } = await world.supervise({ restart: { policy: 'always', backoffMs: [3_600_000, 3_600_000], max: 5 } });
    await ui.start();
    await until(ui, is('error'));
    await world.role({});
    await ui.start();
    await ui.untilReady();
    expect(await world.pids()).toHaveLength(2);
  });

  it('loses against a stop that comes after it', async () => {
    const { ui } = await world.supervise();
    await ui.start();
    const restarted = ui.restart();
    await Promise.all([ui.stop(), expect(restarted).rejects.toMatchObject({ code: 'cancelled' })]);
    expect(ui.state.status).toBe('stopped');
  });

  it('hands ports on in arguments and environment, and writes no value of that down', async () => {
    const { ui, log } = await world.supervise(
      {
        command: ['node', join(import.meta.dirname, 'fixtures', 'devServer.mjs'), '${port}', '--api=${port:api}'],
        env: { OWN: 'p${port}' },
      },
      { portOf: (name) => (name === 'api' ? 4711 : null), environment: async () => ({ PORT: '1', TOKEN: 'hunter2' }) },
    );
    await ui.start();
    await ui.untilReady();
    const port = String(range.start);
    expect(await told(log)).toContain(`ui|arguments ${port} --api=4711 PORT=${port} OWN=p${port}`);
    for (const folder of ['runs', join('logs', 'project')]) {
      for (const file of await readdir(join(world.path, folder))) {
        expect(await readFile(join(world.path, folder, file), 'utf8')).not.toContain('hunter2');
      }
    }
  });

  it('that cannot be made says why, and leaves nothing', async () => {
    const { ui } = await world.supervise({ command: ['node', '${port:api}'] });
    await expect(ui.start()).rejects.toMatchObject({ code: 'invalid', field: 'processes.ui.command' });
    expect(ui.state).toMatchObject({ status: 'error', hint: expect.stringContaining('dependsOn') as string });
    expect((await world.records.list()).records).toEqual([]);
    expect(world.allocator.holderOf(range.start)).toBeUndefined();
  });
});
