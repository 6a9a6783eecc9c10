import { DevyardError, messageOf } from '../../shared/errors.ts';
import type { ProcessFailure } from '../model.ts';
import { backoffMs, goodRunMs } from './backoff.ts';
import { type Circumstances, exitText, failureOfError, failureOfExit, isClean, shownLines } from './failure.ts';
import { forgetRun, launch, type Launched } from './launch.ts';
import type { PortKeeper } from './portKeeper.ts';
import type { ProcessContext } from './ports.ts';
import { lastOutput } from './runOutput.ts';
import type { ProcessSignal } from './state.ts';
import { deferred, pause } from './waiting.ts';
import { type Outcome, watchRun } from './watchRun.ts';

/** Who ends so soon may have been thought ready because a stranger answered on its port. */
const soonMs = 10_000;

export interface SessionOptions {
  readonly context: ProcessContext;
  readonly keeper: PortKeeper;
  readonly apply: (signal: ProcessSignal) => void;
  readonly debug: boolean;
  /** What runs already. */
  readonly adopted?: Launched;
}

/** What comes after a run. */
type Next =
  | { readonly type: 'over' }
  /** At once, on another port. */
  | { readonly type: 'again' }
  /** `until`: on the monotonic clock. */
  | { readonly type: 'later'; readonly until: number };

const over: Next = { type: 'over' };

/** One start with the restarts that follow from it, until it is stopped, gives up, or its daemon lets go of it. */
export class Session {
  readonly #options: SessionOptions;
  readonly #end = new AbortController();
  readonly #over: Promise<void>;
  #launched = deferred();
  #hurry = new AbortController();
  /** In a row, without having been ready for long. */
  #restarts = 0;
  #isLetGo = false;
  #isOver = false;
  #running: Launched | undefined;
  /** What could not be ended, and why. */
  #stuck: Launched | undefined;
  #unendable: unknown;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#over = Promise.resolve().then(() => this.#live());
  }

  /** Nothing of it runs, and nothing will. */
  get isOver(): boolean {
    return this.#isOver && this.#stuck === undefined;
  }

  /** Its process could not be ended, and is not watched any more. */
  get isStuck(): boolean {
    return this.#stuck !== undefined;
  }

  /** Resolves when the process of the present attempt runs; rejects what keeps it from that. */
  get launched(): Promise<void> {
    return this.#launched.promise;
  }

  /** Does not wait any longer with a restart; restarts are counted anew. */
  retryNow(): void {
    this.#hurry.abort();
  }

  /** Resolves when nothing is left; rejects what cannot be ended. */
  async stop(): Promise<void> {
    const wasStuck = this.#stuck;
    this.#end.abort(cancelled());
    await this.#over;
    if (wasStuck !== undefined && !(await this.#tryEndTree(wasStuck))) throw this.#unendable;
    if (this.#stuck !== undefined) throw this.#unendable;
    if (wasStuck !== undefined) this.#options.keeper.release();
  }

  /** The process runs on, and nothing is said or written about it any more. */
  async letGo(): Promise<void> {
    this.#isLetGo = true;
    this.#end.abort(cancelled());
    await this.#over;
  }

  /** Never rejects. */
  async #live(): Promise<void> {
    const { context, keeper } = this.#options;
    try {
      await this.#run();
    } catch (error) {
      // A fault of ours: nothing may run on that nobody watches.
      context.onProblem(error);
      this.#launched.reject(error);
      if (this.#running === undefined || (await this.#tryEndTree(this.#running))) this.#failFor(error);
    }
    this.#isOver = true;
    this.#launched.reject(cancelled());
    if (this.#stuck === undefined && !this.#isLetGo) keeper.release();
  }

  async #run(): Promise<void> {
    const { adopted, context } = this.#options;
    let launched = adopted ?? (await this.#launch());
    while (launched !== undefined) {
      this.#launched.resolve();
      const next = await this.#supervise(launched);
      if (next.type === 'over') return;
      if (next.type === 'later') {
        await this.#pauseUntil(next.until);
        if (this.#end.signal.aborted) {
          this.#ended();
          return;
        }
        // Whoever does not want to wait begins the count anew.
        this.#restarts = this.#hurry.signal.aborted ? 0 : this.#restarts + 1;
        this.#apply({ type: 'start', at: context.clock.now(), step: 'preparing' });
      }
      launched = await this.#launch();
    }
  }

  async #launch(): Promise<Launched | undefined> {
    const { context, debug, keeper } = this.#options;
    const { signal } = this.#end;
    try {
      signal.throwIfAborted();
      const port = await keeper.next();
      const where = port === null ? '' : ` on port ${String(port)}`;
      this.#apply({ type: 'step', step: `launching${where}` });
      this.#note(`Starting ${context.plan.command[0]}${where}.`);
      return await launch(context, { port, debug }, signal);
    } catch (error) {
      if (signal.aborted) {
        this.#ended();
      } else {
        this.#note(`It could not be started: ${messageOf(error)}`);
        this.#failFor(error);
        this.#launched.reject(error);
      }
      return undefined;
    }
  }

  async #supervise(launched: Launched): Promise<Next> {
    const { context } = this.#options;
    this.#running = launched;
    const outcome = await watchRun(context, {
      launched,
      signal: this.#end.signal,
      apply: (signal) => this.#apply(signal),
      onReady: ({ url }) => this.#note(url === null ? 'Ready.' : `Ready: ${url}`),
    });
    if (this.#isLetGo) return over;
    if (outcome.type === 'end' || this.#end.signal.aborted) return this.#stopRun(launched);
    if (outcome.type === 'late') return this.#giveUpWaiting(launched, outcome.missing);
    return this.#afterExit(launched, outcome);
  }

  async #stopRun(launched: Launched): Promise<Next> {
    if (await this.#tryEndTree(launched)) this.#ended();
    return over;
  }

  async #giveUpWaiting(launched: Launched, missing: readonly string[]): Promise<Next> {
    const { plan } = this.#options.context;
    const reason = `it was not ready within ${String(plan.readyTimeoutMs / 1000)} s: ${missing.join('; ')}`;
    this.#note(`It is stopped: ${reason}.`);
    const lines = await this.#lastLines(launched);
    if (!(await this.#tryEndTree(launched))) return over;
    const hint = 'Read its log, then correct its ready probes or raise its readyTimeout in devyard.yaml.';
    return this.#giveUp({ ...failureOfError(reason, this.#circumstances(lines)), hint });
  }

  async #afterExit(launched: Launched, outcome: Extract<Outcome, { type: 'exit' }>): Promise<Next> {
    const { context, keeper } = this.#options;
    const { clock, plan } = context;
    const { exit, readySince } = outcome;
    const wasReady = readySince !== undefined;
    if (wasReady && clock.monotonic() - readySince >= goodRunMs) this.#restarts = 0;
    if (isClean(exit) && plan.restart.policy !== 'always') {
      this.#note('It ended by itself with exit code 0.');
      return this.#stopRun(launched);
    }
    const lines = await this.#lastLines(launched);
    const reason = exitText(exit, wasReady);
    const isEarly = !wasReady || clock.now() - launched.startedAt < soonMs;
    if (isEarly && !isClean(exit) && (await keeper.looksTaken(lines))) {
      const { runId } = launched.process;
      this.#apply({ type: 'moved', runId, at: clock.now(), step: 'its port was taken' });
      if (!(await this.#tryEndTree(launched))) return over;
      const move = await keeper.move(lines);
      if (move.type === 'moved') {
        const { port } = launched;
        this.#launched = deferred();
        this.#note(`Port ${String(port)} was taken by ${move.by}. It is started anew on another port.`);
        return { type: 'again' };
      }
      if (move.type === 'exhausted') {
        const taken = `its port ${String(launched.port)} was taken by ${move.by}, after ${String(move.tried)} tried`;
        return this.#giveUp({ ...failureOfExit(exit, taken, this.#circumstances(lines)), hint: freePort });
      }
    }
    return this.#restartLater(launched, failureOfExit(exit, reason, this.#circumstances(lines)));
  }

  async #restartLater(launched: Launched, failure: ProcessFailure): Promise<Next> {
    const { clock, plan, random } = this.#options.context;
    const { backoffMs: backoff, max, policy } = plan.restart;
    const mayRestart = policy !== 'never' && this.#restarts < max;
    const delay = backoffMs(this.#restarts + 1, backoff, random);
    const until = clock.monotonic() + delay;
    const gaveUp = policy !== 'never' && !mayRestart && max > 0;
    const reason = gaveUp ? `${failure.reason}, after ${String(max)} restarts in a row` : failure.reason;
    this.#hurry = new AbortController();
    if (mayRestart) this.#launched = deferred();
    this.#note(
      mayRestart
        ? `${failure.reason}. It is restarted in ${String(Math.round(delay / 100) / 10)} s.`
        : `Failed: ${reason}.`,
    );
    // At once: what it left behind may take its time to end.
    this.#fail({ ...failure, reason, ...(mayRestart ? { retryAt: clock.now() + delay } : {}) });
    if (!(await this.#tryEndTree(launched))) return over;
    if (mayRestart) return { type: 'later', until };
    if (this.#end.signal.aborted) this.#ended();
    return over;
  }

  /** Says a failure that nothing follows on, unless a stop was asked for meanwhile. */
  #giveUp(failure: ProcessFailure): Next {
    if (this.#end.signal.aborted) {
      this.#ended();
    } else {
      this.#note(`Failed: ${failure.reason}.`);
      this.#fail(failure);
    }
    return over;
  }

  /** False when something could not be ended: it is still there, and is shown so. */
  async #tryEndTree(launched: Launched): Promise<boolean> {
    const { context } = this.#options;
    const { graceMs, signal } = context.plan.stop;
    try {
      await launched.process.stop(graceMs, signal);
    } catch (error) {
      this.#stuck = launched;
      this.#unendable = error;
      const failure = failureOfError(error, this.#circumstances([]));
      const reason = `it could not be stopped: ${failure.reason}`;
      this.#note(`Failed: ${reason}`);
      this.#fail({ ...failure, reason });
      return false;
    }
    this.#stuck = undefined;
    this.#running = undefined;
    await forgetRun(context, launched.process.runId);
    return true;
  }

  async #pauseUntil(until: number): Promise<void> {
    const { clock } = this.#options.context;
    const signal = AbortSignal.any([this.#end.signal, this.#hurry.signal]);
    await pause(clock, Math.max(0, until - clock.monotonic()), signal);
  }

  #lastLines({ output }: Launched): Promise<readonly string[]> {
    const { log, onProblem, plan } = this.#options.context;
    return lastOutput({ log, label: plan.name, from: output }, shownLines, onProblem);
  }

  #circumstances(lines: readonly string[]): Circumstances {
    return { at: this.#options.context.clock.now(), lines, attempt: this.#restarts + 1 };
  }

  #ended(): void {
    this.#note('Stopped.');
    this.#apply({ type: 'stopped', at: this.#options.context.clock.now() });
  }

  #failFor(error: unknown): void {
    this.#fail(failureOfError(error, this.#circumstances([])));
  }

  #fail(failure: ProcessFailure): void {
    this.#apply({ type: 'failed', failure });
  }

  #apply(signal: ProcessSignal): void {
    if (!this.#isLetGo) this.#options.apply(signal);
  }

  #note(text: string): void {
    const { log, plan } = this.#options.context;
    if (!this.#isLetGo) log.append('system', text, plan.name);
  }
}

const freePort = 'End what holds the port, or widen port.range of the process in devyard.yaml.';

function cancelled(): DevyardError {
  return new DevyardError('cancelled', 'It was stopped before it ran.');
}
