import { join } from 'node:path';
import { type Dispose, Emitter } from '../shared/emitter.ts';
import { DevyardError } from '../shared/errors.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import type { RunRecord } from '../shared/processes/types.ts';
import type { DevServerContext } from './context.ts';
import { debugCommand } from './debug.ts';
import { endStrays } from './leftovers.ts';
import type { DevProcess, DevProcessRun, DevProcessState } from './model.ts';
import type { Part } from './part.ts';
import type { Command, Environment, ProcessPlan } from './plan.ts';
import type { TerminalInput, TerminalStream } from './ports.ts';
import { PortLeases } from './process/leases.ts';
import { failureOfError } from './process/failure.ts';
import { SupervisedProcess } from './process/supervisedProcess.ts';
import { pause } from './process/waiting.ts';
import { requireTerminal, terminalCommand, terminalEnvironment } from './terminal/command.ts';
import { openTerminal, type TerminalConnection } from './terminal/openTerminal.ts';

/** So long may a terminal take to be there after its process was started. Milliseconds. */
const reachMs = 5000;

export interface ProcessPartOptions {
  readonly context: DevServerContext;
  readonly projectId: string;
  readonly pluginId: string;
  readonly plan: ProcessPlan;
  readonly log: ResourceLog;
  readonly environment: () => Promise<Environment>;
  readonly resolve: (command: Command, cwd: string) => Promise<Command>;
  /** The port it had last. */
  readonly lastPort: number | undefined;
  readonly portOf: (process: string) => number | null;
  readonly debug: boolean;
}

/** A process of a project: its state, and the supervisor that keeps it running. */
export class ProcessPart implements Part {
  readonly #options: ProcessPartOptions;
  readonly #supervised: SupervisedProcess;
  readonly #changed = new Emitter<void>();
  /** What stands before, or in place of, the supervisor's own state. */
  #before: DevProcessState | undefined;
  #port: number | null;
  #typing: { readonly runId: string; readonly connection: Promise<TerminalConnection> } | undefined;

  constructor(options: ProcessPartOptions) {
    const { context, debug, environment, lastPort = null, log, plan, pluginId, portOf, projectId, resolve } = options;
    this.#options = options;
    this.#port = null;
    const leases = new PortLeases(context.ports, { pluginId, process: plan.name });
    this.#supervised = new SupervisedProcess({
      projectId,
      plan,
      hostId: context.hostId,
      bootId: context.platform.bootId,
      clock: context.clock,
      random: context.random,
      processes: context.processes,
      runRecords: context.runRecords,
      log,
      ports: leases,
      lastPort,
      portOf,
      environment,
      resolve,
      terminalCommand: async ({ command, env, runId }) => {
        const { execPath, file: holder } = context.terminalHolder();
        await requireTerminal(holder);
        const [program, ...args] = terminalCommand(command, { holder, socketPath: this.#socketOf(runId), execPath });
        return { command: program, args, env: terminalEnvironment(env) };
      },
      debugCommand: (how, launch) => debugCommand(how, launch, resolve),
      httpProbe: context.http.probe,
      onProblem: context.onProblem,
    });
    this.#supervised.onChange((state) => {
      this.#before = undefined;
      this.#port = runOf(state)?.port ?? this.#port;
      this.#changed.emit();
    });
    this.debug = debug;
  }

  readonly debug: boolean;

  get name(): string {
    return this.#options.plan.name;
  }

  get dependsOn(): readonly string[] {
    return this.#options.plan.dependsOn;
  }

  /** The port it has, or had last in this session. */
  get port(): number | null {
    return this.#port;
  }

  get satisfied(): boolean {
    return this.#state.status === 'ready';
  }

  get settled(): boolean {
    const state = this.#state;
    return state.status === 'error'
      ? state.retryAt === undefined
      : state.status === 'ready' || state.status === 'stopped';
  }

  get isDown(): boolean {
    return this.settled && !this.satisfied;
  }

  get snapshot(): DevProcess {
    const { name, debug, dependsOn, tty } = this.#options.plan;
    return { name, dependsOn, tty, debug: debug?.type ?? null, state: this.#state };
  }

  readonly onChange = (listener: () => void): Dispose => this.#changed.on(listener);

  wait(step: string): void {
    const state = this.#before;
    if (state?.status === 'starting' && state.step === step) return;
    this.#stand({ status: 'starting', since: this.#now(), step });
  }

  fail(error: unknown): void {
    this.#stand({ status: 'error', ...failureOfError(error, { at: this.#now(), lines: [], attempt: 0 }) });
  }

  async start(): Promise<void> {
    // What keeps it from starting is its state.
    await this.#supervised.start({ debug: this.debug }).catch(() => undefined);
  }

  /** Brings what was built to it: a process that is not up starts by itself when its turn comes. */
  async reload(): Promise<void> {
    const { status } = this.#supervised.state;
    if (status === 'idle') return;
    await this.#supervised.restart({ debug: this.debug });
  }

  async stop(): Promise<void> {
    this.#hangUp();
    await this.#supervised.stop();
    if (this.#before !== undefined) this.#stand({ status: 'stopped', at: this.#now() });
  }

  /** Takes over the newest of what a former daemon started; what else is left of it is ended. */
  async resume(records: readonly RunRecord[]): Promise<boolean> {
    const [newest, ...older] = records.toSorted((a, b) => b.intendedAt - a.intendedAt);
    await endStrays(this.#options.context, older, this.#options.log);
    return newest === undefined ? false : this.#supervised.adopt(newest);
  }

  async letGo(): Promise<void> {
    this.#hangUp();
    await this.#supervised.letGo();
  }

  async openTerminal(): Promise<TerminalStream> {
    return this.#reach(this.#terminalRun());
  }

  async type({ columns, input, rows }: TerminalInput): Promise<void> {
    const connection = await this.#connection();
    if (columns !== undefined && rows !== undefined) connection.resize(columns, rows);
    if (input !== undefined) connection.write(input);
  }

  get #state(): DevProcessState {
    return this.#before ?? this.#supervised.state;
  }

  #stand(state: DevProcessState): void {
    this.#before = state;
    this.#changed.emit();
  }

  /** One connection for all that is typed during a run; what it would show is never read. */
  #connection(): Promise<TerminalConnection> {
    const runId = this.#terminalRun();
    if (this.#typing?.runId !== runId) {
      this.#hangUp();
      const connection = this.#reach(runId);
      this.#typing = { runId, connection };
      connection.catch(() => {
        this.#typing = undefined;
      });
    }
    return this.#typing.connection;
  }

  /** What holds the terminal of a run that has just begun may not listen yet. */
  async #reach(runId: string): Promise<TerminalConnection> {
    const { clock } = this.#options.context;
    const giveUpAt = clock.monotonic() + reachMs;
    for (;;) {
      try {
        return await openTerminal(this.#socketOf(runId));
      } catch (error) {
        if (runOf(this.#state)?.runId !== runId || clock.monotonic() >= giveUpAt) throw error;
      }
      await pause(clock, 50, new AbortController().signal);
    }
  }

  #hangUp(): void {
    void this.#typing?.connection.then(
      (connection) => connection.close(),
      () => undefined,
    );
    this.#typing = undefined;
  }

  #terminalRun(): string {
    const run = runOf(this.#state);
    if (this.#options.plan.tty && run !== undefined) return run.runId;
    const why = this.#options.plan.tty ? 'does not run' : 'has no terminal';
    throw new DevyardError('wrong-state', `“${this.name}” ${why}.`, {
      field: 'process',
      hint: this.#options.plan.tty ? 'Start it first.' : 'Set “tty: true” for it in devyard.yaml.',
    });
  }

  /** Short, because a socket's path may have 104 bytes; the tail of a UUIDv7 is its random part. */
  #socketOf(runId: string): string {
    const name = `t-${runId.slice(-12)}`;
    const { sockets } = this.#options.context;
    return process.platform === 'win32' ? `\\\\.\\pipe\\devyard-${runId}` : join(sockets, name);
  }

  #now(): number {
    return this.#options.context.clock.now();
  }
}

function runOf(state: DevProcessState): DevProcessRun | undefined {
  return state.status === 'running' || state.status === 'ready' ? state.run : undefined;
}
