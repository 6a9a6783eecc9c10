import { type Dispose, Emitter } from '../../shared/emitter.ts';
import { DevyardError } from '../../shared/errors.ts';
import type { RunningProcess, RunRecord } from '../../shared/processes/types.ts';
import type { DevProcessState } from '../model.ts';
import { forgetRun } from './launch.ts';
import { PortKeeper } from './portKeeper.ts';
import type { ProcessContext } from './ports.ts';
import { probeTargets } from './probeTargets.ts';
import { Session } from './session.ts';
import { type ProcessSignal, transition } from './state.ts';
import { unlessAborted } from './waiting.ts';

export interface StartWish {
  /** So that the editor's debugger can attach; nothing changes for a process that runs already. */
  readonly debug?: boolean;
}

/** One long-running process of a project: kept running while it is wanted, and never left behind. */
export class SupervisedProcess {
  readonly #context: ProcessContext;
  readonly #keeper: PortKeeper;
  readonly #changed: Emitter<DevProcessState>;
  #state: DevProcessState = { status: 'idle' };
  #session: Session | undefined;
  #stopping: Promise<void> | undefined;
  /** What was asked for last: a stop ends what waits to start. */
  #isWanted = false;
  #isLetGo = false;

  constructor(context: ProcessContext) {
    this.#context = context;
    this.#keeper = new PortKeeper(context);
    this.#changed = new Emitter(context.onProblem);
  }

  get state(): DevProcessState {
    return this.#state;
  }

  /** Told each state that replaces the one before, in order. */
  readonly onChange = (listener: (state: DevProcessState) => void): Dispose => this.#changed.on(listener);

  /**
   * Resolves when the process runs, which need not be ready yet; at once when it does. Starts at the same time share one.
   * A restart that is waited for comes at once. Rejects what keeps it from starting, `cancelled` when it is stopped first.
   */
  start({ debug = false }: StartWish = {}): Promise<void> {
    if (this.#isLetGo) return Promise.reject(new DevyardError('wrong-state', 'This Devyard daemon is ending.'));
    this.#isWanted = true;
    if (this.#stopping !== undefined) return this.#startAfter(this.#stopping, debug);
    const session = this.#session;
    if (session?.isStuck === true) return this.#startAfter(this.#end(), debug);
    if (session !== undefined && !session.isOver) {
      session.retryNow();
      return session.launched;
    }
    this.#keeper.beginAnew();
    const begun = this.#begin({ debug });
    this.#apply({ type: 'start', at: this.#context.clock.now(), step: 'preparing' });
    return begun.launched;
  }

  /** Resolves when nothing of it runs any more; cancels a start or a wait at once. Rejects what cannot be ended. */
  stop(): Promise<void> {
    this.#isWanted = false;
    return this.#end();
  }

  /** A stop, if it runs, and a start. See `start`. */
  restart({ debug = false }: StartWish = {}): Promise<void> {
    this.#isWanted = true;
    return this.#startAfter(this.#end(), debug);
  }

  /**
   * Resolves when it is ready. Rejects `start-failed` when it failed and is not restarted, `cancelled` when it is stopped
   * or the signal aborts.
   */
  async untilReady(signal?: AbortSignal): Promise<void> {
    const settled = Promise.withResolvers<void>();
    const look = (state: DevProcessState): void => {
      if (state.status === 'ready') settled.resolve();
      else if (state.status === 'error' && state.retryAt === undefined) settled.reject(this.#failed(state));
      else if (state.status === 'stopped' || state.status === 'idle') settled.reject(this.#notRunning());
    };
    const dispose = this.#changed.on(look);
    look(this.#state);
    try {
      await (signal === undefined ? settled.promise : unlessAborted(settled.promise, signal));
    } catch (error) {
      if (signal?.aborted === true && !(error instanceof DevyardError)) throw this.#notRunning();
      throw error;
    } finally {
      dispose();
    }
  }

  /**
   * Takes over what a former daemon started, and asks anew whether it is ready, for as long as a start may take. False
   * when that is gone, or is not what the record claims: what is left of the run is ended then, and strangers are left alone.
   * What its ready probes name must be adopted before. Throws `invalid`, and ends the process, when they cannot be asked.
   */
  async adopt(record: RunRecord): Promise<boolean> {
    if (this.#session !== undefined) throw new DevyardError('wrong-state', 'Only what was never started adopts a run.');
    const { log, onProblem, plan, processes, runRecords } = this.#context;
    const process = await processes.adopt(record);
    await log.resumeRun(record.runId, { label: plan.name }).catch(onProblem);
    if (process === undefined) {
      await processes.endLeftovers(record, plan.stop.graceMs);
      await forgetRun(this.#context, record.runId);
      log.append('system', 'It ended while no Devyard daemon was running.', plan.name);
      this.#apply({ type: 'gone', at: this.#context.clock.now() });
      return false;
    }
    await runRecords.writeStarted(record, process.identity).catch(onProblem);
    this.#isWanted = true;
    try {
      this.#follow(process, record);
    } catch (error) {
      // Its probes mean nothing any more, so nobody could say how it is.
      this.#keeper.release();
      await process.stop(plan.stop.graceMs, plan.stop.signal);
      await forgetRun(this.#context, record.runId);
      this.#apply({ type: 'gone', at: this.#context.clock.now() });
      throw error;
    }
    return true;
  }

  /** Lets go of everything without ending anything: the next daemon takes over. Nothing is emitted any more. */
  async letGo(): Promise<void> {
    this.#isLetGo = true;
    await this.#session?.letGo();
  }

  #follow(process: RunningProcess, { intendedAt, ports }: RunRecord): void {
    const { onProblem, plan, portOf } = this.#context;
    const port = ports?.own ?? null;
    try {
      if (port !== null) this.#keeper.take(port);
    } catch (error) {
      onProblem(error);
    }
    this.#begin({
      debug: ports?.debug !== undefined,
      adopted: {
        process,
        startedAt: intendedAt,
        port,
        debugPort: ports?.debug ?? null,
        targets: probeTargets(plan.ready, { own: port, of: portOf }, plan.name),
        output: { time: intendedAt },
      },
    });
  }

  #begin(how: Pick<ConstructorParameters<typeof Session>[0], 'debug' | 'adopted'>): Session {
    const apply = (signal: ProcessSignal): void => this.#apply(signal);
    const session = new Session({ context: this.#context, keeper: this.#keeper, apply, ...how });
    this.#session = session;
    return session;
  }

  async #startAfter(ended: Promise<void>, debug: boolean): Promise<void> {
    await ended;
    if (!this.#isWanted) throw new DevyardError('cancelled', 'It was stopped before it was started again.');
    return this.start({ debug });
  }

  #end(): Promise<void> {
    this.#stopping ??= this.#endSession().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #endSession(): Promise<void> {
    await this.#session?.stop();
    // A failure that is over, or what could not be ended before.
    if (this.#state.status === 'error') this.#apply({ type: 'stopped', at: this.#context.clock.now() });
  }

  #apply(signal: ProcessSignal): void {
    if (this.#isLetGo) return;
    this.#state = transition(this.#state, signal);
    this.#changed.emit(this.#state);
  }

  #failed({ reason, hint }: Extract<DevProcessState, { status: 'error' }>): DevyardError {
    const { name } = this.#context.plan;
    return new DevyardError('start-failed', `“${name}” failed: ${reason}.`, hint === undefined ? {} : { hint });
  }

  #notRunning(): DevyardError {
    return new DevyardError('cancelled', `“${this.#context.plan.name}” was stopped before it was ready.`);
  }
}
