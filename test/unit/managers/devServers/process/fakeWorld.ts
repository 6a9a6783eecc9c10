import type { DevProcessState } from '../../../../../src/managers/devServers/model.ts';
import type { ProcessPlan } from '../../../../../src/managers/devServers/plan.ts';
import type { HttpAnswer, ProcessContext } from '../../../../../src/managers/devServers/process/ports.ts';
import { SupervisedProcess } from '../../../../../src/managers/devServers/process/supervisedProcess.ts';
import type { LogEntry, ResourceLog } from '../../../../../src/managers/shared/logs/types.ts';
import type {
  ProcessExit,
  RunningProcess,
  RunRecord,
  RunSpec,
} from '../../../../../src/managers/shared/processes/types.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

/** A process that ends when the test, or a stop, says so. */
export class FakeProcess implements RunningProcess {
  readonly identity: RunningProcess['identity'];
  readonly runId: string;
  readonly adopted: boolean;
  readonly exited: Promise<ProcessExit>;
  readonly stops: (readonly [number, string | undefined])[] = [];
  /** What a stop is refused with. */
  refusal: Error | undefined;
  #exit: (exit: ProcessExit) => void = () => undefined;

  constructor(runId: string, pid: number, adopted = false) {
    this.runId = runId;
    this.identity = { pid, startTime: '1', bootId: 'boot' };
    this.adopted = adopted;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  end(exitCode: number | null, signal: string | null = null): void {
    this.#exit({ kind: 'exited', exitCode, signal });
  }

  async stop(graceMs: number, first?: string): Promise<ProcessExit> {
    this.stops.push([graceMs, first]);
    if (this.refusal !== undefined) throw this.refusal;
    this.end(null, 'SIGTERM');
    return this.exited;
  }
}

/** Remembers who writes, and hands out what the test puts in. */
export class FakeLog implements ResourceLog {
  readonly lines: LogEntry[] = [];
  readonly live = new Set<string>();
  lastSeq = 0;
  #wake: () => void = () => undefined;

  print(text: string, from = 'ui', source: 'stdout' | 'stderr' = 'stdout', time = 0): void {
    this.lastSeq += 1;
    this.lines.push({ kind: 'line', seq: this.lastSeq, time, source, from, text });
    this.#wake();
  }

  async beginRun(runId: string): Promise<{ stdoutFile: string; stderrFile: string }> {
    this.live.add(runId);
    return { stdoutFile: '/out', stderrFile: '/err' };
  }

  resumeRun = (runId: string): ReturnType<ResourceLog['resumeRun']> => this.beginRun(runId);

  async endRun(runId: string): Promise<void> {
    this.live.delete(runId);
  }

  append(source: 'system' | 'server', text: string, from = ''): void {
    this.lastSeq += 1;
    this.lines.push({ kind: 'line', seq: this.lastSeq, time: 0, source, from, text });
  }

  tail = async (count: number): Promise<readonly LogEntry[]> => this.lines.slice(-count);
  poke = async (): Promise<void> => undefined;

  async *follow(after: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]> {
    let next = after;
    while (!signal.aborted) {
      const batch = this.lines.filter((line) => line.seq > next);
      if (batch.length > 0) {
        next = batch.at(-1)?.seq ?? next;
        yield batch;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  get notes(): readonly string[] {
    return this.lines.flatMap((line) => (line.kind === 'line' && line.source === 'system' ? [line.text] : []));
  }
}

/** One supervised process without a system below it. */
export class FakeWorld {
  readonly clock = new ManualClock(1_000_000);
  readonly log = new FakeLog();
  readonly spawned: FakeProcess[] = [];
  readonly specs: RunSpec[] = [];
  readonly records = new Map<string, RunRecord>();
  readonly problems: unknown[] = [];
  readonly held = new Set<number>();
  readonly endedLeftovers: string[] = [];
  readonly taken = new Set<number>();
  readonly states: DevProcessState[] = [];
  answer: HttpAnswer = { status: 200 };
  adoptable: FakeProcess | undefined;
  readonly ui: SupervisedProcess;

  constructor(plan: Partial<ProcessPlan> = {}, parts: Partial<ProcessContext> = {}) {
    this.ui = new SupervisedProcess({ ...this.#context(plan), ...parts });
    this.ui.onChange((state) => this.states.push(state));
  }

  get last(): FakeProcess {
    const process = this.spawned.at(-1);
    if (process === undefined) throw new Error('nothing was spawned');
    return process;
  }

  /** Resolves when the state is that; what launches looks at the disk, which no clock of ours moves. */
  until(status: DevProcessState['status']): Promise<void> {
    return new Promise((resolve) => {
      const look = (state: DevProcessState): void => {
        if (state.status !== status) return;
        dispose();
        resolve();
      };
      const dispose = this.ui.onChange(look);
      look(this.ui.state);
    });
  }

  get statuses(): readonly string[] {
    return this.states.map(({ status }) => status).filter((status, at, all) => all[at - 1] !== status);
  }

  #context(plan: Partial<ProcessPlan>): ProcessContext {
    const release = (port: number) => ({ port, release: () => void this.held.delete(port) });
    return {
      projectId: 'p1',
      plan: {
        name: 'ui',
        cwd: import.meta.dirname,
        dependsOn: [],
        command: ['node', 'server.js'],
        env: {},
        port: { range: { start: 100, end: 109 }, sticky: true, retry: 2 },
        ready: [{ type: 'http', target: '/' }],
        readyTimeoutMs: 30_000,
        restart: { policy: 'on-failure', backoffMs: [1000, 8000], max: 3 },
        stop: { signal: 'SIGINT', graceMs: 5000 },
        tty: false,
        debug: null,
        ...plan,
      },
      hostId: 'host',
      bootId: 'boot',
      clock: this.clock,
      random: () => 0,
      processes: {
        spawn: async (spec) => {
          this.specs.push(spec);
          const process = new FakeProcess(spec.runId, 1000 + this.spawned.length);
          this.spawned.push(process);
          return process;
        },
        adopt: async () => this.adoptable,
        endLeftovers: async ({ runId }) => void this.endedLeftovers.push(runId),
      },
      runRecords: {
        writeIntent: async (record) => void this.records.set(record.runId, record),
        writeStarted: async (record, { pid, startTime }) =>
          void this.records.set(record.runId, { ...record, pid, startTime }),
        remove: async (runId) => void this.records.delete(runId),
      },
      log: this.log,
      ports: {
        lease: async ({ range }, { avoid, last }) => {
          const all = Array.from({ length: range.end - range.start + 1 }, (_, at) => range.start + at);
          const usable = all.filter((port) => !avoid.has(port) && !this.taken.has(port));
          const port = usable.find((each) => each === last) ?? usable[0] ?? 0;
          this.held.add(port);
          return release(port);
        },
        take: (port) => {
          this.held.add(port);
          return release(port);
        },
        isFree: async (port) => !this.taken.has(port),
        nameStranger: async () => 'nginx',
      },
      lastPort: null,
      portOf: () => null,
      environment: async () => ({ PATH: '/bin' }),
      resolve: async ([program, ...args]) => [`/bin/${program}`, ...args],
      terminalCommand: async ({ command, env }) => ({
        command: '/holder',
        args: ['--', ...command],
        env: { HELD_PORT: env['PORT'] ?? '' },
      }),
      debugCommand: async (_how, { command, env }) => ({
        command: [command[0], '--inspect', ...command.slice(1)],
        env,
        port: 9229,
      }),
      httpProbe: async () => this.answer,
      onProblem: (problem) => this.problems.push(problem),
    };
  }
}
