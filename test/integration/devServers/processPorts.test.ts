import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessContext } from '../../../src/managers/devServers/process/ports.ts';
import { PortLeases } from '../../../src/managers/devServers/process/leases.ts';
import type { RunRecord } from '../../../src/managers/shared/processes/types.ts';
import { endProcess } from '../../support/endProcess.ts';
import { is, isFinal, plainPlan, ProcessWorld, range, told, until } from './processWorld.ts';

let world: ProcessWorld;

beforeEach(async () => {
  world = await ProcessWorld.open();
});

afterEach(() => world.close());

/** Grabs the first `count` ports between the test and the use. */
function grabbing(count: number): Pick<ProcessContext, 'ports'> {
  const leases = new PortLeases(world.allocator, { pluginId: 'demo', process: 'ui' });
  let left = count;
  return {
    ports: {
      lease: async (plan, wish) => {
        const lease = await leases.lease(plan, wish);
        left -= 1;
        if (left >= 0) await world.occupy(lease.port);
        return lease;
      },
      take: (port) => leases.take(port),
      isFree: (port) => leases.isFree(port),
      nameStranger: async () => 'process 7 (nginx)',
    },
  };
}

describe('a port that is taken mid-start', () => {
  it.each([{}, { silent: true }])('leads to another port, whether the output says so or not: %j', async (role) => {
    await world.role(role);
    const { ui, log, states } = await world.supervise({}, grabbing(2));
    await ui.start();
    await ui.untilReady();
    expect(ui.state).toMatchObject({ run: { port: range.start + 2 } });
    expect(states.map(({ status }) => status)).not.toContain('error');
    const port = String(range.start);
    const moved = `ui|Port ${port} was taken by process 7 (nginx). It is started anew on another port.`;
    expect(await told(log)).toContain(moved);
    expect(await world.pids()).toHaveLength(3);
    await ui.stop();
    for (const at of [0, 1, 2]) expect(world.allocator.holderOf(range.start + at)).toBeUndefined();
  });

  it('is tried so often as the plan says', async () => {
    const { ui } = await world.supervise({ port: { range, sticky: true, retry: 1 } }, grabbing(9));
    await ui.start();
    const failed = await until(ui, isFinal);
    expect(failed.reason).toBe(`its port ${String(range.start + 1)} was taken by process 7 (nginx), after 2 tried`);
    expect(failed.lastLines.join('\n')).toContain('EADDRINUSE');
  });

  it('is had again at the next start, and another one when somebody took it meanwhile', async () => {
    const { ui } = await world.supervise({}, { lastPort: range.end });
    await ui.start();
    expect(ui.state).toMatchObject({ run: { port: range.end } });
    await ui.stop();
    await world.occupy(range.end);
    await ui.start();
    await ui.untilReady();
    expect(ui.state).toMatchObject({ run: { port: range.start } });
  });
});

describe('after the death of a daemon', () => {
  async function onlyRecord(): Promise<RunRecord> {
    const { records } = await world.records.list();
    expect(records).toHaveLength(1);
    return records[0] as RunRecord;
  }

  it('a process is adopted with its port, asked anew, and stopped as if it were our own', async () => {
    await world.role({ say: 'Local: here' });
    const ready = [...plainPlan.ready, { type: 'log', pattern: 'Local' } as const];
    const before = await world.supervise({ ready });
    await before.ui.start();
    await before.ui.untilReady();
    const seen = before.states.length;
    await world.forsake(before.ui);
    world.allocator.release(range.start);
    const record = await onlyRecord();
    expect(record).toMatchObject({ resource: 'devServer:p1:ui', ports: { own: range.start } });
    const { ui, states } = await world.supervise({ ready });
    expect(await ui.adopt(record)).toBe(true);
    expect(ui.state).toMatchObject({ status: 'running', run: { adopted: true, pid: record.pid } });
    await ui.start();
    await ui.untilReady();
    const url = `http://127.0.0.1:${String(range.start)}/`;
    expect(ui.state).toMatchObject({ run: { port: range.start, url, startedAt: record.intendedAt } });
    expect(world.allocator.holderOf(range.start)).toBe('“ui” of the project “demo”');
    await ui.stop();
    expect(await world.lives(record.pid ?? 0)).toBe(false);
    expect(await world.pids()).toHaveLength(1);
    expect((await world.records.list()).records).toEqual([]);
    expect(states.at(-1)?.status).toBe('stopped');
    expect(before.states).toHaveLength(seen);
  });

  it('a process whose start was not even written down is found by its run', async () => {
    const before = await world.supervise(
      {},
      { runRecords: { ...recordsOf(), writeStarted: () => Promise.reject(new Error('killed')) } },
    );
    await before.ui.start();
    await world.forsake(before.ui);
    const record = await onlyRecord();
    expect(record.pid).toBeUndefined();
    const { ui } = await world.supervise();
    expect(await ui.adopt(record)).toBe(true);
    await ui.untilReady();
    expect(await onlyRecord()).toMatchObject({ pid: (await world.pids())[0] });
  });

  const recordsOf = (): ProcessContext['runRecords'] => ({
    writeIntent: (record) => world.records.writeIntent(record),
    writeStarted: (record, identity) => world.records.writeStarted(record, identity),
    remove: (runId) => world.records.remove(runId),
  });

  it('the end of an adopted process is noticed, and it is restarted', async () => {
    const before = await world.supervise();
    await before.ui.start();
    await world.forsake(before.ui);
    const { ui } = await world.supervise();
    await ui.adopt(await onlyRecord());
    await ui.untilReady();
    endProcess((await world.pids())[0] ?? 0);
    expect((await until(ui, is('error'))).reason).toContain('an earlier daemon');
    await ui.untilReady();
    expect(ui.state).toMatchObject({ run: { adopted: false } });
    expect(await world.pids()).toHaveLength(2);
  });

  it('a stranger whose pid stands in the record is left alone', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
    try {
      const identity = await world.platform.identify(stranger.pid ?? 0);
      const record: RunRecord = {
        runId: 'run-1',
        resource: 'devServer:p1:ui',
        hostId: 'host',
        bootId: world.platform.bootId,
        pid: identity?.pid ?? 0,
        startTime: identity?.startTime ?? '',
        command: ['/usr/bin/node', 'server.js'],
        intendedAt: Date.now(),
      };
      await world.records.writeStarted(record, { ...record, pid: record.pid ?? 0, startTime: record.startTime ?? '' });
      const { ui, log } = await world.supervise({ stop: { signal: 'SIGTERM', graceMs: 100 } });
      expect(await ui.adopt(record)).toBe(false);
      expect(await ui.adopt({ ...record, startTime: '1' }).catch((error: unknown) => error)).toMatchObject({
        code: 'wrong-state',
      });
      expect(ui.state.status).toBe('stopped');
      expect(await world.lives(stranger.pid ?? 0)).toBe(true);
      expect((await world.records.list()).records).toEqual([]);
      expect(await told(log)).toContain('ui|It ended while no Devyard daemon was running.');
    } finally {
      stranger.kill('SIGKILL');
      await once(stranger, 'exit');
    }
  });
});
