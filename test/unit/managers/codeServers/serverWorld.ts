import type { CodeServerContext } from '../../../../src/managers/codeServers/context.ts';
import { ManagedServer } from '../../../../src/managers/codeServers/managedServer.ts';
import type { CodeServerState } from '../../../../src/managers/codeServers/model.ts';
import type { HealthTarget } from '../../../../src/managers/codeServers/ports.ts';
import { DevyardError } from '../../../../src/managers/shared/errors.ts';
import { PortAllocator } from '../../../../src/managers/shared/ports/allocator.ts';
import type {
  ProcessExit,
  RunningProcess,
  RunRecord,
  RunSpec,
} from '../../../../src/managers/shared/processes/types.ts';
import { ManualClock } from '../../../support/manualClock.ts';

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

interface WorldOptions {
  readonly runRecords?: Partial<CodeServerContext['runRecords']>;
  readonly healthy?: () => boolean;
  readonly port?: number;
}

/** One server in a folder, and everything around it in memory. */
export function serverWorld(folder: string, { runRecords = {}, healthy = () => true, port = 8010 }: WorldOptions = {}) {
  const clock = new ManualClock();
  const notes: string[] = [];
  const problems: unknown[] = [];
  const events: string[] = [];
  const spawned: FakeProcess[] = [];
  const specs: RunSpec[] = [];
  const probed: HealthTarget[] = [];
  const kept = new Map<string, string>();
  const secrets: { unreadable: boolean } = { unreadable: false };
  const settings: { codeServerAccess: 'devyard' | 'password' } = { codeServerAccess: 'devyard' };
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
      async spawn(spec) {
        specs.push(spec);
        const process = new FakeProcess(spec.runId);
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
      ...runRecords,
    },
    metrics: {
      track: () => undefined,
      untrack: () => undefined,
      latest: () => undefined,
      refresh: async () => undefined,
    },
    gate: {
      async open() {
        gates = 1;
      },
      async close() {
        gates = 0;
      },
    },
    probe: {
      async ask(target) {
        probed.push(target);
        return healthy() ? 'expired' : 'none';
      },
    },
    secrets: {
      async get(owner, name) {
        if (secrets.unreadable) throw new DevyardError('store-corrupt', 'unreadable');
        return kept.get(`${owner} ${name}`);
      },
      async set(owner, name, value) {
        kept.set(`${owner} ${name}`, value);
        secrets.unreadable = false;
      },
    },
    engines: {
      get: async () => ({ status: 'ready', path: '/bin/true', version: '4.139.1', source: 'path' }),
      install: async () => ({ status: 'missing', message: '', hint: '' }),
      cancelInstall: async () => ({ status: 'missing', message: '', hint: '' }),
    },
    settings: () => ({
      portRange: { start: 8010, end: 8100 },
      startTimeoutSeconds: 60,
      stopGraceSeconds: 1,
      extensionGallery: '',
      ...settings,
    }),
    // No job runs in these tests.
    jobs: undefined as never,
    catalog: async () => ({ groups: [], templates: [], archiveKinds: [], darkMode: true }),
    darkMode: () => true,
    watchedIntervalMs: () => 5000,
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
    port,
    createdAt: 0,
    args: [],
    env: {},
    memoryLimitMb: null,
    origin: { type: 'folder' },
    extensions: [],
    extensionGroups: [],
    autoStart: false,
    stopWhenIdleMinutes: null,
    hostId: 'h',
  } as const;
  const server = new ManagedServer(context, { definition, state: { status: 'stopped' }, runId: undefined }, log);
  const record = (): RunRecord => {
    const spec = specs.at(-1);
    if (spec === undefined) throw new Error('nothing was spawned');
    const { runId, command, args } = spec;
    return {
      runId,
      resource: `codeServer:${definition.id}`,
      hostId: 'h',
      bootId: 'b',
      command: [command, ...args],
      intendedAt: 5,
    };
  };
  const next = (state: CodeServerState): ManagedServer =>
    new ManagedServer(context, { definition, state, runId: specs.at(-1)?.runId }, log);
  return {
    clock,
    events,
    gates: () => gates,
    kept,
    next,
    notes,
    probed,
    problems,
    record,
    secrets,
    server,
    settings,
    spawned,
    specs,
  };
}
