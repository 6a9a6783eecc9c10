import type { Clock } from '../../shared/clock.ts';
import type { BuildPlan } from '../plan.ts';
import { watchTree, type TreeWatch, type TreeWatchOptions } from '../watch/watchTree.ts';
import { firstSchedule, step, type BuildReason, type ScheduleSignal, type ScheduleState } from './schedule.ts';

export interface BuildLoopOptions {
  readonly clock: Clock;
  readonly plan: Pick<BuildPlan, 'watch' | 'onChangeWhileBuilding' | 'out' | 'deploy'>;
  /** Absolute folder that the watch's globs are relative to. */
  readonly root: string;
  /** Builds once. True: it is good. When the signal is aborted it ends as soon as it can; its answer does not count then. */
  readonly run: (signal: AbortSignal, reason: BuildReason) => Promise<boolean>;
  /** What the watch complains of, and what `run` throws. */
  readonly onProblem: (error: unknown) => void;
  readonly onState?: (state: ScheduleState) => void;
  readonly watch?: (options: TreeWatchOptions) => TreeWatch;
}

/** Builds when something changes, as `schedule.ts` says. */
export class BuildLoop {
  readonly #options: BuildLoopOptions;
  #state: ScheduleState = firstSchedule;
  #watch: TreeWatch | undefined;
  #cancelTimer: (() => void) | undefined;
  #running: { readonly done: Promise<void>; readonly abort: AbortController } | undefined;
  /** Requests that no build contains yet, and those that the running one does. */
  #asked: ((good: boolean) => void)[] = [];
  #answered: ((good: boolean) => void)[] = [];
  #stopping: Promise<void> | undefined;

  constructor(options: BuildLoopOptions) {
    this.#options = options;
  }

  /** Builds, and then whenever something changes. A second call does nothing. */
  start(): void {
    if (this.#watch !== undefined || this.#state.type === 'stopped') return;
    const { clock, plan, root, onProblem, watch = watchTree } = this.#options;
    if (plan.watch === null) {
      this.#take({ type: 'request', reason: 'start' });
      return;
    }
    this.#watch = watch({
      root,
      plan: plan.watch,
      // What the build itself writes must not start the next one.
      ignorePaths: [plan.out, ...plan.deploy.map(({ to }) => to)].filter((path) => path !== root),
      clock,
      onProblem,
      onChange: () => this.#take({ type: 'change', at: clock.monotonic() }),
    });
    // Not earlier: what changed between the build's reading and the watch would be seen by nobody.
    void this.#watch.ready.then(() => this.#take({ type: 'request', reason: 'start' }));
  }

  /**
   * Builds now. Resolves with what became of the first build that started after the call and ran to its end; false when it
   * was stopped before.
   */
  rebuild(): Promise<boolean> {
    if (this.#state.type === 'stopped') return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.#take({ type: 'request', reason: 'request' });
    });
  }

  /** Ends the build and the watch. Resolves when both have ended; no `run` begins after the call. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#take({ type: 'stop' });
    await Promise.all([this.#watch?.close(), this.#running?.done]);
    for (const answer of [...this.#answered, ...this.#asked]) answer(false);
    this.#answered = [];
    this.#asked = [];
  }

  #take(signal: ScheduleSignal): void {
    const { plan, clock, onState } = this.#options;
    const before = this.#state;
    const { state, effects } = step(before, signal, {
      debounceMs: plan.watch?.debounceMs ?? 0,
      onChangeWhileBuilding: plan.onChangeWhileBuilding,
    });
    this.#state = state;
    for (const effect of effects) {
      switch (effect.type) {
        case 'start':
          this.#start(effect.reason);
          break;
        case 'abort':
          this.#running?.abort.abort();
          break;
        case 'arm':
          this.#cancelTimer?.();
          this.#cancelTimer = clock.after(effect.ms, () => this.#take({ type: 'quiet' }));
          break;
        case 'disarm':
          this.#cancelTimer?.();
          break;
      }
    }
    if (state !== before) onState?.(state);
  }

  #start(reason: BuildReason): void {
    const abort = new AbortController();
    this.#answered = this.#asked;
    this.#asked = [];
    this.#running = { abort, done: this.#run(abort.signal, reason) };
  }

  async #run(signal: AbortSignal, reason: BuildReason): Promise<void> {
    // Not within `take`: whatever `run` does at once finds the new state.
    await Promise.resolve();
    let good = false;
    try {
      good = !signal.aborted && (await this.#options.run(signal, reason));
    } catch (error) {
      if (!signal.aborted) this.#options.onProblem(error);
    }
    this.#running = undefined;
    const requests = this.#answered;
    this.#answered = [];
    // A cancelled build says nothing: the one that takes its place answers, unless none does.
    if (signal.aborted) this.#asked = [...requests, ...this.#asked];
    else for (const answer of requests) answer(good);
    this.#take({ type: 'ended' });
  }
}
