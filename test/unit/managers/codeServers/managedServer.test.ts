import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CodeServerContext } from '../../../../src/managers/codeServers/context.ts';
import { ManagedServer } from '../../../../src/managers/codeServers/managedServer.ts';
import { DevyardError } from '../../../../src/managers/shared/errors.ts';
import { PortAllocator } from '../../../../src/managers/shared/ports/allocator.ts';
import type { ProcessExit, RunningProcess } from '../../../../src/managers/shared/processes/types.ts';
import { ManualClock } from '../../../support/manualClock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devyard-managed-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process that ends when told to. */
class FakeProcess implements RunningProcess {
  readonly runId: string;
  readonly identity = { pid: 4242, startTime: '1', bootId: 'b' };
  readonly adopted = false;
  readonly exited: Promise<ProcessExit>;
  end: (exit: ProcessExit) => void = () => undefined;
  stops = 0;
  stopError: Error | undefined;

  constructor(runId: string) {
    this.runId = runId;
    this.exited = new Promise((resolve) => (this.end = resolve));
  }

  async stop(): Promise<ProcessExit> {
    this.stops += 1;
    if (this.stopError !== undefined) throw this.stopError;
    this.end({ kind: 'exited', exitCode: 0, signal: null });
    return this.exited;
  }
}

function world(overrides: Partial<CodeServerContext['runRecords']> = {}, healthy = (): boolean => true) {
  const clock = new ManualClock();
  const notes: string[] = [];
  const problems: unknown[] = [];
  const events: string[] = [];
  const spawned: FakeProcess[] = [];
  let gates = 0;
  const published = async (event: { type: string }): Promise<{ written: boolean }> => {
    events.push('codeServer' in event ? (event.codeServer as { state: { status: string } }).state.status : event.type);
    return { written: true };
  };
  const log = {
    lastSeq: 0,
    append: (_source: string, text: string) => notes.push(text),
    beginRun: async () => ({ stdoutFile: '/dev/null', stderrFile: '/dev/null' }),
    resumeRun: async () => ({ stdoutFile: '/dev/null', stderrFile: '/dev/null' }),
    endRun: async () => undefined,
    tail: async () => [],
    follow: () => {
      throw new Error('nobody follows here');
    },
    poke: async () => undefined,
  };
  const context: CodeServerContext = {
    hostId: 'h',
    bootId: 'b',
    clock,
    // No query reaches it in these tests.
    database: undefined as never,
    journal: { intend: published, observe: published },
    logs: undefined as never,
    ports: new PortAllocator(async () => undefined),
    processes: {
      async spawn({ runId }) {
        const process = new FakeProcess(runId);
        spawned.push(process);
        return process;
      },
      adopt: async () => undefined,
      endLeftovers: async () => undefined,
    },
    runRecords: {
      writeIntent: async () => undefined,
      writeStarted: async () => undefined,
      remove: async () => undefined,
      list: async () => [],
      ...overrides,
    },
    metrics: { track: () => undefined, untrack: () => undefined, latest: () => undefined },
    gate: {
      async open() {
        gates = 1;
      },
      async close() {
        gates = 0;
      },
    },
    probe: { healthy: async () => healthy() },
    engines: {
      get: async () => ({ status: 'ready', path: '/bin/true', version: '4.139.1', source: 'path' }),
      install: async () => ({ status: 'missing', message: '', hint: '' }),
      cancelInstall: async () => ({ status: 'missing', message: '', hint: '' }),
    },
    settings: () => ({ portRange: { start: 8010, end: 8100 }, startTimeoutSeconds: 60, stopGraceSeconds: 1 }),
    watched: () => true,
    env: {},
    homes: folder,
    workspaces: folder,
    sockets: folder,
    onProblem: (error) => problems.push(error),
  };
  const definition = {
    id: '01980000-0000-7000-8000-0123456789ab',
    name: 'api',
    folder,
    folderOwned: false,
    port: 8010,
    createdAt: 0,
    args: [],
    env: {},
    memoryLimitMb: null,
    hostId: 'h',
  };
  const server = new ManagedServer(context, { definition, state: { status: 'stopped' }, runId: undefined }, log);
  return { clock, events, gates: () => gates, notes, problems, server, spawned };
}

describe('a start', () => {
  it('is not undone by an answer that comes before the run file is written', async () => {
    let written: () => void = () => undefined;
    const { problems, server, spawned } = world({
      writeStarted: () => new Promise((resolve) => (written = resolve)),
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
    const { clock, problems, server } = world({ writeStarted: () => Promise.reject(full) });
    await server.start();
    await clock.advance(100);
    expect(server.record.state.status).toBe('running');
    expect(problems).toEqual([full]);
  });

  it('that cannot write its intent spawns nothing and frees the port', async () => {
    const { gates, server, spawned } = world({
      writeIntent: () => Promise.reject(new DevyardError('disk-full', 'full')),
    });
    await expect(server.start()).rejects.toMatchObject({ code: 'disk-full' });
    expect([server.record.state.status, spawned.length, gates()]).toEqual(['failed', 0, 0]);
  });
});

describe('a process', () => {
  it('that cannot be stopped is shown as still there, and can be stopped later', async () => {
    let well = true;
    const { clock, server, spawned } = world({}, () => well);
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
    const { clock, server, spawned } = world();
    await server.start();
    await clock.advance(100);
    await server.restart();
    await clock.advance(100);
    spawned[0]?.end({ kind: 'exited', exitCode: 1, signal: null });
    await clock.advance(100);
    expect(server.record.state).toMatchObject({ status: 'running', run: { runId: spawned[1]?.runId } });
  });

  it('that ends by itself takes its stragglers along and leaves its exit code', async () => {
    const { clock, gates, server, spawned } = world();
    await server.start();
    await clock.advance(100);
    spawned[0]?.end({ kind: 'exited', exitCode: 7, signal: null });
    await expect.poll(() => server.record.state).toMatchObject({ status: 'failed', exitCode: 7 });
    expect([spawned[0]?.stops, gates()]).toEqual([1, 0]);
  });
});
