import { rm } from 'node:fs/promises';
import { v7 as uuidv7 } from 'uuid';
import { DevyardError, messageOf } from '../shared/errors.ts';
import { requireFolder } from '../shared/files.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import { Mutex } from '../shared/mutex.ts';
import type { ProcessExit, RunningProcess, RunRecord } from '../shared/processes/types.ts';
import type { CodeServerContext } from './context.ts';
import { requireEngine } from './engine/requireEngine.ts';
import { repairRegistry } from './extensions/registry.ts';
import { failureLines, failureOfError, failureOfExit } from './failure.ts';
import { HealthWatch } from './healthWatch.ts';
import { makeHome } from './home.ts';
import { IdleWatch } from './idleWatch.ts';
import { type Launched, launch } from './launch.ts';
import { accessOf, type CodeServerPaths, pathsOf, settingsFileOf } from './launchPlan.ts';
import type { CodeServerAccess, CodeServerDefinition, CodeServerRun } from './model.ts';
import { keptPassword, passwordForStart } from './password.ts';
import type { HealthTarget } from './ports.ts';
import type { StoredCodeServer } from './repository.ts';
import { ServerGate } from './serverGate.ts';
import { ServerRecord } from './serverRecord.ts';
import { transition } from './transition.ts';
import { UserSettings } from './userSettings.ts';

const idleIntervalMs = 30_000;

/** What runs now: replaced at each start, so that news of a former run can never be taken for news of this one. */
interface Live {
  readonly process: RunningProcess;
  readonly startedAt: number;
  readonly access: CodeServerAccess;
  readonly watch: HealthWatch;
}

type Run = Pick<Live, 'process' | 'startedAt' | 'access'>;

/** One code-server: its record and, while there is one, its process. Operations run one after the other. */
export class ManagedServer {
  readonly #context: CodeServerContext;
  readonly #mutex = new Mutex();
  readonly record: ServerRecord;
  readonly paths: CodeServerPaths;
  readonly settings: UserSettings;
  readonly gate: ServerGate;
  readonly log: ResourceLog;
  #live: Live | undefined;
  #retired = false;

  constructor(context: CodeServerContext, stored: StoredCodeServer, log: ResourceLog) {
    this.#context = context;
    this.record = new ServerRecord(context, stored);
    this.log = log;
    this.paths = pathsOf(stored.definition, context.homes, context.sockets);
    this.gate = new ServerGate(context.gate, this.paths.socket);
    this.settings = new UserSettings(settingsFileOf(this.paths));
  }

  get hasProcess(): boolean {
    return this.#live !== undefined;
  }

  get healthTarget(): HealthTarget {
    return this.#target(this.#live?.access ?? 'devyard');
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

  /** Changes the definition, in the store and beside the server's data. */
  change(changed: (definition: CodeServerDefinition) => CodeServerDefinition): Promise<void> {
    return this.exclusively(async () => {
      const definition = changed(this.record.definition);
      await this.record.redefine(definition);
      // The gate's own pages say the name.
      if (this.gate.isOpen) await this.gate.open(definition);
      await makeHome(definition, this.paths);
    });
  }

  /** Runs a task while there is no process and none can be started. Throws `wrong-state`. */
  whileStopped<T>(task: () => Promise<T>): Promise<T> {
    return this.exclusively(() => {
      const { status } = this.record.state;
      if (this.#live === undefined && (status === 'stopped' || status === 'failed')) return task();
      throw new DevyardError('wrong-state', `The code-server is ${status}.`, { hint: 'Stop it first.' });
    });
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
      await this.settings.begin(this.#context.darkMode());
      this.record.apply({ type: 'created' });
    });
  }

  /** Takes over a process that a former daemon started. */
  async resume(process: RunningProcess, { command, intendedAt }: RunRecord): Promise<void> {
    await this.log.resumeRun(process.runId);
    const { state } = this.record;
    const answered = state.status !== 'starting';
    const live = { process, startedAt: intendedAt, access: accessOf(command) };
    this.#attach(live, answered);
    await this.#openGate(live.access).catch((error: unknown) => {
      this.#context.onProblem(error);
      this.#note(`Its port could not be opened again: ${messageOf(error)}`);
    });
    if (state.status === 'stopping') {
      void this.stop().catch(this.#context.onProblem);
    } else if (answered) {
      const run = runOf(live);
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

  /** See CodeServers. */
  async password(): Promise<string | undefined> {
    if (this.#live?.access !== 'password') return undefined;
    return keptPassword(this.#context, this.record.definition.id, this.record.state);
  }

  /** Its metrics are of this moment after it. */
  async measure(): Promise<void> {
    if (this.#live !== undefined) await this.#context.metrics.refresh(this.#live.process.runId);
  }

  poke(): void {
    this.#live?.watch.poke();
  }

  /** Lets go of everything without ending anything: the next daemon takes over. */
  async letGo(): Promise<void> {
    this.#live?.watch.end();
    await this.gate.close(this.record.definition.id);
  }

  async #start(): Promise<void> {
    const { clock, engines, runRecords, settings } = this.#context;
    const { definition } = this.record;
    const state = transition(this.record.state, { type: 'start', at: clock.now() });
    const command = await requireEngine(engines);
    await requireFolder(definition.folder, 'folder');
    // A torn register would hide every extension, or keep code-server from installing more.
    await repairRegistry(this.paths.extensions, clock.now());
    const access = settings().codeServerAccess;
    const password = access === 'password' ? await passwordForStart(this.#context, definition) : undefined;
    await this.#openGate(access);
    const runId = uuidv7();
    try {
      await this.record.begin(state, runId);
    } catch (error) {
      await this.gate.close(this.record.definition.id);
      throw error;
    }
    this.#note(`Starting code-server for ${definition.folder} on port ${String(definition.port)}.`);
    let launched: Launched;
    try {
      const { log, paths } = this;
      launched = await launch(this.#context, { runId, command, definition, paths, log, password });
    } catch (error) {
      await this.#cleanUp(runId);
      this.#note(`It could not be started: ${messageOf(error)}`);
      this.record.apply({ type: 'failed', failure: failureOfError(error, clock.now()) });
      throw error;
    }
    this.record.apply({ type: 'progress', step: 'waiting for its first answer' });
    // From here on it may answer, or end, at any moment: nothing below may decide on its state.
    const { process, intent } = launched;
    this.#attach({ process, startedAt: intent.intendedAt, access }, false);
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
    const { process } = live;
    try {
      await process.stop(this.#context.settings().stopGraceSeconds * 1000);
    } catch (error) {
      this.#note(`It could not be stopped: ${messageOf(error)}`);
      this.#live = { ...live, watch: this.#watch(live, true) };
      const reason = `it could not be stopped: ${messageOf(error)}`;
      this.record.apply({ type: 'unanswered', run: runOf(live), reason, at: this.#context.clock.now() });
      throw error;
    }
    this.#live = undefined;
    await this.#cleanUp(process.runId);
  }

  #attach(run: Run, answered: boolean): void {
    const { process } = run;
    this.#context.metrics.track(process);
    this.#live = { ...run, watch: this.#watch(run, answered) };
    void process.exited
      .then((exit) => this.#mutex.run(() => this.#onExit(process, exit)))
      .catch(this.#context.onProblem);
  }

  #watch(run: Run, answered: boolean): HealthWatch {
    const { clock, probe, settings, watchedIntervalMs, watched } = this.#context;
    const idle = new IdleWatch(clock);
    return new HealthWatch(
      {
        probe,
        clock,
        target: this.#target(run.access),
        startTimeoutMs: settings().startTimeoutSeconds * 1000,
        intervalMs: () => (watched() ? watchedIntervalMs() : idleIntervalMs),
        onHealthy: (answer) => {
          this.#onHealthy(run);
          if (idle.isOver(answer, this.record.definition.stopWhenIdleMinutes)) this.#stopIdle(run.process);
        },
        onUnanswered: (reason) => this.#onUnanswered(run, reason),
      },
      answered,
    );
  }

  #onHealthy(run: Run): void {
    if (this.#live?.process !== run.process) return;
    if (!this.gate.isOpen) void this.#openGate(run.access).catch(this.#context.onProblem);
    if (this.record.state.status !== 'starting' && this.record.state.status !== 'unhealthy') return;
    this.#note(this.record.state.status === 'starting' ? 'Running.' : 'Healthy again.');
    this.record.apply({ type: 'healthy', run: runOf(run) });
  }

  #stopIdle(process: RunningProcess): void {
    void this.exclusively(async () => {
      // It may have been stopped, or started anew, while this waited for its turn.
      if (this.#live?.process !== process) return;
      const minutes = this.record.definition.stopWhenIdleMinutes;
      this.#note(`Nobody was connected for ${String(minutes)} min: it is stopped.`);
      await this.#stop();
    }).catch(this.#context.onProblem);
  }

  #onUnanswered(run: Run, reason: string): void {
    if (this.#live?.process !== run.process) return;
    if (this.record.state.status !== 'starting' && this.record.state.status !== 'running') return;
    this.#note(`Unhealthy: ${reason}.`);
    this.record.apply({ type: 'unanswered', run: runOf(run), reason, at: this.#context.clock.now() });
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
    await this.gate.close(this.record.definition.id);
    this.record.endRun();
    await runRecords.remove(runId).catch(onProblem);
    // A server that was killed leaves its sockets behind.
    await Promise.all([this.paths.socket, this.paths.sessionSocket].map((socket) => rm(socket, { force: true }))).catch(
      onProblem,
    );
  }

  #target(access: CodeServerAccess): HealthTarget {
    return access === 'password' ? { port: this.record.definition.port } : { socketPath: this.paths.socket };
  }

  /** Nothing of Devyard's stands before a server that asks for a password itself. */
  async #openGate(access: CodeServerAccess): Promise<void> {
    if (access === 'devyard') await this.gate.open(this.record.definition);
  }

  #note(text: string): void {
    this.log.append('system', text);
  }
}

function runOf({ access, process, startedAt }: Run): CodeServerRun {
  return { runId: process.runId, pid: process.identity.pid, startedAt, adopted: process.adopted, access };
}
