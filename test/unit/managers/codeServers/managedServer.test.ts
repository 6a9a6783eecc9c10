import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DevyardError } from '../../../../src/managers/shared/errors.ts';
import { serverWorld } from './serverWorld.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devyard-managed-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a start', () => {
  it('is not undone by an answer that comes before the run file is written', async () => {
    let written: () => void = () => undefined;
    const { problems, server, spawned } = serverWorld(folder, {
      runRecords: { writeStarted: () => new Promise((resolve) => (written = resolve)) },
    });
    const start = server.start();
    await expect.poll(() => server.record.state.status).toBe('running');
    written();
    await start;
    expect(server.record.state.status).toBe('running');
    expect(spawned).toHaveLength(1);
    expect(problems).toEqual([]);
    await server.stop();
    expect(server.record.state.status).toBe('stopped');
  });

  it('goes on when the run file cannot be written: the process is found by its environment', async () => {
    const full = new DevyardError('disk-full', 'full');
    const { clock, problems, server } = serverWorld(folder, {
      runRecords: { writeStarted: () => Promise.reject(full) },
    });
    await server.start();
    await clock.advance(100);
    expect(server.record.state.status).toBe('running');
    expect(problems).toEqual([full]);
  });

  it('that cannot write its intent spawns nothing and frees the port', async () => {
    const { gates, server, spawned } = serverWorld(folder, {
      runRecords: { writeIntent: () => Promise.reject(new DevyardError('disk-full', 'full')) },
    });
    await expect(server.start()).rejects.toMatchObject({ code: 'disk-full' });
    expect([server.record.state.status, spawned.length, gates()]).toEqual(['failed', 0, 0]);
  });
});

describe('a process', () => {
  it('that cannot be stopped is shown as still there, and can be stopped later', async () => {
    let well = true;
    const { clock, server, spawned } = serverWorld(folder, { healthy: () => well });
    await server.start();
    await clock.advance(100);
    well = false;
    const [process] = spawned;
    if (process === undefined) throw new Error('nothing was spawned');
    process.stopError = new DevyardError('forbidden', 'it belongs to somebody else');
    await expect(server.stop()).rejects.toMatchObject({ code: 'forbidden' });
    expect(server.record.state).toMatchObject({
      status: 'unhealthy',
      reason: expect.stringContaining('somebody else') as string,
    });
    process.stopError = undefined;
    await server.stop();
    expect(server.record.state.status).toBe('stopped');
  });

  it('of a former run has no say in the present one', async () => {
    const { clock, server, spawned } = serverWorld(folder);
    await server.start();
    await clock.advance(100);
    await server.restart();
    await clock.advance(100);
    spawned[0]?.end({ kind: 'exited', exitCode: 1, signal: null });
    await clock.advance(100);
    expect(server.record.state).toMatchObject({ status: 'running', run: { runId: spawned[1]?.runId } });
  });

  it('that ends by itself takes its stragglers along and leaves its exit code', async () => {
    const { clock, gates, server, spawned } = serverWorld(folder);
    await server.start();
    await clock.advance(100);
    spawned[0]?.end({ kind: 'exited', exitCode: 7, signal: null });
    await expect.poll(() => server.record.state).toMatchObject({ status: 'failed', exitCode: 7 });
    expect([spawned[0]?.stops, gates()]).toEqual([1, 0]);
  });
});
