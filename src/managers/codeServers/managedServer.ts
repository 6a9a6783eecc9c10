import { rm } from 'node:fs/promises';
import { v7 as uuidv7 } from 'uuid';
import { DevyardError, messageOf } from '../shared/errors.ts';
import { requireFolder } from '../shared/files.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import { Mutex } from '../shared/mutex.ts';
import type { ProcessExit, RunningProcess } from '../shared/processes/types.ts';
import type { CodeServerContext } from './context.ts';
import { requireEngine } from './engine/requireEngine.ts';
import { failureLines, failureOfError, failureOfExit } from './failure.ts';
import { HealthWatch } from './healthWatch.ts';
import { makeHome } from './home.ts';
import { argumentsOf, type CodeServerPaths, environmentOf, pathsOf } from './launchPlan.ts';
import type { CodeServerDefinition, CodeServerRun } from './model.ts';
import type { StoredCodeServer } from './repository.ts';
import { ServerRecord } from './serverRecord.ts';
import { transition } from './transition.ts';

const watchedIntervalMs = 5000;
const idleIntervalMs = 30_000;

/** What runs now: replaced at each start, so that news of a former run can never be taken for news of this one. */
interface Live {
  readonly process: RunningProcess;
  readonly startedAt: number;
  readonly watch: HealthWatch;
}

/** One code-server: its record and, while there is one, its process. Operations run one after the other. */
export class ManagedServer {
  readonly #context: CodeServerContext;
  readonly #mutex = new Mutex();
  readonly record: ServerRecord;
  readonly paths: CodeServerPaths;
  readonly log: ResourceLog;
  #live: Live | undefined;
  #gateOpen = false;
  #gateError: Error | undefined;
  #retired = false;

  constructor(context: CodeServerContext, stored: StoredCodeServer, log: ResourceLog) {
    this.#context = context;
    this.record = new ServerRecord(context, stored);
    this.log = log;
    this.paths = pathsOf(stored.definition, context.homes, context.sockets);
  }

  get hasProcess(): boolean {
    return this.#live !== undefined;
  }

  /** Runs a task while no other operation of this server runs. Throws `not-found` once the server was deleted. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#mutex.run(async () => {
      if (this.#retired)
        throw new DevyardError('not-found', `The code-server “${this.record.definition.name}” was deleted.`);
      return task();
    });
  }

  start(): Promise<void> {
    return this.exclusively(() => this.#start());
  }

  stop(): Promise<void> {
    return this.exclusively(() => this.#stop());
  }

  restart(): Promise<void> {
    return this.exclusively(async () => {
      if (this.#live !== undefined) await this.#stop();
      await this.#start();
    });
  }

  async redefine(definition: CodeServerDefinition): Promise<void> {
    await this.record.redefine(definition);
    // The gate's own pages say the name.
    if (this.#gateOpen) await this.#openGate();
  }

  /** Ends the process if there is one, whatever the state. */
  end(): Promise<void> {
    return this.#mutex.run(async () => {
      if (this.#live !== undefined) await this.#stop();
    });
  }

  /** Ends the process, runs the task that erases the server, and refuses every later operation. */
  retire(task: () => Promise<void>): Promise<void> {
    return this.exclusively(async () => {
      if (this.#live !== undefined) await this.#stop();
      await task();
      this.#retired = true;
    });
  }

  /** Makes the folders of a server that was stored first; goes on where a killed daemon left off. */
  finishCreation(): Promise<void> {
    return this.exclusively(async () => {
      await makeHome(this.record.definition, this.paths);
      this.record.apply({ type: 'created' });
    });
  }

  /** Throws what keeps the port shut although the server runs; fine when it is open. */
  requireGate(): void {
    if (this.#gateError !== undefined) throw this.#gateError;
  }

  /** Takes over a process that a former daemon started. */
  async resume(process: RunningProcess, startedAt: number): Promise<void> {
    await this.log.resumeRun(process.runId);
    const { state } = this.record;
    const answered = state.status !== 'starting';
    this.#attach(process, startedAt, answered);
    await this.#openGate().catch((error: unknown) => {
      this.#context.onProblem(error);
      this.#note(`Its port could not be opened again: ${messageOf(error)}`);
    });
    if (state.status === 'stopping') {
      void this.stop().catch(this.#context.onProblem);
    } else if (answered) {
      const run = this.#run(process, startedAt);
      void this.record.replace(
        state.status === 'unhealthy' ? { ...state, run } : { status: 'running', run },
        process.runId,
      );
    }
  }

  /** Says truthfully that what ran has ended while nobody watched. */
  async settle(runId: string | undefined): Promise<void> {
    if (runId !== undefined) {
      await this.log.resumeRun(runId).catch(this.#context.onProblem);
      await this.log.endRun(runId).catch(this.#context.onProblem);
    }
    this.record.endRun();
    if (this.record.state.status === 'stopped' || this.record.state.status === 'failed') return;
    this.#note('It ended while no Devyard daemon was running.');
    void this.record.replace({ status: 'stopped' });
  }

  poke(): void {
    this.#live?.watch.poke();
  }

  /** Lets go of everything without ending anything: the next daemon takes over. */
  async letGo(): Promise<void> {
    this.#live?.watch.end();
    await this.#closeGate();
  }

  async #start(): Promise<void> {
    const { bootId, clock, engines, hostId, processes, runRecords } = this.#context;
    const { definition } = this.record;
    const state = transition(this.record.state, { type: 'start', at: clock.now() });
    const command = await requireEngine(engines);
    await requireFolder(definition.folder, 'folder');
    await this.#openGate();
    const runId = uuidv7();
    try {
      await this.record.begin(state, runId);
    } catch (error) {
      await this.#closeGate();
      throw error;
    }
    this.#note(`Starting code-server for ${definition.folder} on port ${String(definition.port)}.`);
    const args = argumentsOf(definition, this.paths);
    const intent = {
      runId,
      resource: `codeServer:${definition.id}`,
      hostId,
      bootId,
      command: [command, ...args],
      intendedAt: clock.now(),
    };
    let process: RunningProcess;
    try {
      await runRecords.writeIntent(intent);
      const files = await this.log.beginRun(runId);
      const env = environmentOf(definition, this.#context.env);
      process = await processes.spawn({ runId, command, args, cwd: definition.folder, env, ...files });
    } catch (error) {
      await this.#cleanUp(runId);
      this.#note(`It could not be started: ${messageOf(error)}`);
      this.record.apply({ type: 'failed', failure: failureOfError(error, clock.now()) });
      throw error;
    }
    this.record.apply({ type: 'progress', step: 'waiting for its first answer' });
    // From here on it may answer, or end, at any moment: nothing below may decide on its state.
    this.#attach(process, intent.intendedAt, false);
    // Should this fail, the process is still found by its environment.
    await runRecords.writeStarted(intent, process.identity).catch(this.#context.onProblem);
  }

  async #stop(): Promise<void> {
    const state = transition(this.record.state, { type: 'stop', at: this.#context.clock.now() });
    const live = this.#live;
    // Written before the first signal: should this daemon be killed now, the next one knows that the end was wanted.
    await this.record.replace(state);
    if (live !== undefined) {
      live.watch.end();
      await this.#endTree(live);
    }
    this.#note('Stopped.');
    this.record.apply({ type: 'ended' });
  }

  /** What cannot be ended (it belongs to somebody else, or does not die) is still there, and is shown so. */
  async #endTree(live: Live): Promise<void> {
    const { process, startedAt } = live;
    try {
      await process.stop(this.#context.settings().stopGraceSeconds * 1000);
    } catch (error) {
      this.#note(`It could not be stopped: ${messageOf(error)}`);
      this.#live = { ...live, watch: this.#watch(process, startedAt, true) };
      const reason = `it could not be stopped: ${messageOf(error)}`;
      this.record.apply({
        type: 'unanswered',
        run: this.#run(process, startedAt),
        reason,
        at: this.#context.clock.now(),
      });
      throw error;
    }
    this.#live = undefined;
    await this.#cleanUp(process.runId);
  }

  #attach(process: RunningProcess, startedAt: number, answered: boolean): void {
    this.#context.metrics.track(process);
    this.#live = { process, startedAt, watch: this.#watch(process, startedAt, answered) };
    void process.exited
      .then((exit) => this.#mutex.run(() => this.#onExit(process, exit)))
      .catch(this.#context.onProblem);
  }

  #watch(process: RunningProcess, startedAt: number, answered: boolean): HealthWatch {
    const { clock, probe, settings, watched } = this.#context;
    return new HealthWatch(
      {
        probe,
        clock,
        socketPath: this.paths.socket,
        startTimeoutMs: settings().startTimeoutSeconds * 1000,
        intervalMs: () => (watched() ? watchedIntervalMs : idleIntervalMs),
        onHealthy: () => this.#onHealthy(process, startedAt),
        onUnanswered: (reason) => this.#onUnanswered(process, startedAt, reason),
      },
      answered,
    );
  }

  #onHealthy(process: RunningProcess, startedAt: number): void {
    if (this.#live?.process !== process) return;
    if (!this.#gateOpen) void this.#openGate().catch(this.#context.onProblem);
    if (this.record.state.status !== 'starting' && this.record.state.status !== 'unhealthy') return;
    this.#note(this.record.state.status === 'starting' ? 'Running.' : 'Healthy again.');
    this.record.apply({ type: 'healthy', run: this.#run(process, startedAt) });
  }

  #onUnanswered(process: RunningProcess, startedAt: number, reason: string): void {
    if (this.#live?.process !== process) return;
    if (this.record.state.status !== 'starting' && this.record.state.status !== 'running') return;
    this.#note(`Unhealthy: ${reason}.`);
    this.record.apply({
      type: 'unanswered',
      run: this.#run(process, startedAt),
      reason,
      at: this.#context.clock.now(),
    });
  }

  /** The leader of the tree ended without having been asked to. */
  async #onExit(process: RunningProcess, exit: ProcessExit): Promise<void> {
    const live = this.#live;
    if (live?.process !== process) return;
    live.watch.end();
    const before = this.record.state.status === 'starting' ? 'starting' : 'running';
    // The leader's children are still there when only the leader was killed.
    await this.#endTree(live);
    const at = this.#context.clock.now();
    if (exit.kind === 'exited' && exit.exitCode === 0 && before === 'running') {
      this.#note('It ended by itself with exit code 0.');
      this.record.apply({ type: 'ended' });
      return;
    }
    const failure = failureOfExit(exit, before, await this.log.tail(failureLines), at);
    this.#note(`Failed: ${failure.reason}.`);
    this.record.apply({ type: 'failed', failure });
  }

  async #cleanUp(runId: string): Promise<void> {
    const { metrics, onProblem, runRecords } = this.#context;
    metrics.untrack(runId);
    await this.log.endRun(runId).catch(onProblem);
    await this.#closeGate();
    this.record.endRun();
    await runRecords.remove(runId).catch(onProblem);
    // A server that was killed leaves its sockets behind.
    await Promise.all([this.paths.socket, this.paths.sessionSocket].map((socket) => rm(socket, { force: true }))).catch(
      onProblem,
    );
  }

  #run(process: RunningProcess, startedAt: number): CodeServerRun {
    return { runId: process.runId, pid: process.identity.pid, startedAt, adopted: process.adopted };
  }

  async #openGate(): Promise<void> {
    const { id, name, port, folder } = this.record.definition;
    try {
      await this.#context.gate.open({ id, name, port, folder, socketPath: this.paths.socket });
    } catch (error) {
      this.#gateError = error instanceof Error ? error : new Error(messageOf(error));
      throw error;
    }
    this.#gateError = undefined;
    this.#gateOpen = true;
  }

  async #closeGate(): Promise<void> {
    this.#gateOpen = false;
    this.#gateError = undefined;
    await this.#context.gate.close(this.record.definition.id);
  }

  #note(text: string): void {
    this.log.append('system', text);
  }
}
