import { type Dispose, Emitter } from '../shared/emitter.ts';
import { DevyardError, messageOf } from '../shared/errors.ts';
import type { ResourceLog } from '../shared/logs/types.ts';
import { BuildLoop } from './build/runner.ts';
import { builtDigest, runBuild } from './buildRun.ts';
import type { DevServerContext } from './context.ts';
import type { DevBuild, DevBuildState } from './model.ts';
import type { Part } from './part.ts';
import type { BuildPlan, BuildProblem, Command, Environment } from './plan.ts';

export interface BuildPartOptions {
  readonly context: DevServerContext;
  readonly projectId: string;
  readonly root: string;
  readonly plan: BuildPlan;
  readonly log: ResourceLog;
  /** What its processes run in; read anew for each build. */
  readonly environment: () => Promise<Environment>;
  readonly resolve: (command: Command, cwd: string) => Promise<Command>;
  /** After a good build that was deployed; rejects with what went wrong. */
  readonly reload: (signal: AbortSignal) => Promise<void>;
  /** What its command wrote, or that it is well: told for each build that came to an end. */
  readonly onProblems: (problems: readonly BuildProblem[]) => void;
  /** What it feeds runs already: its first build reloads only what it changed. */
  readonly resumed: boolean;
}

export interface BuildOutcome {
  readonly success: boolean;
  readonly error?: string;
}

/** A build of a project: its state, and the loop that builds when something changes. */
export class BuildPart implements Part {
  readonly #options: BuildPartOptions;
  readonly #loop: BuildLoop;
  readonly #changed = new Emitter<void>();
  #state: DevBuildState = { status: 'idle' };
  #problems: readonly BuildProblem[] = [];
  #wasGood = false;
  #mayKeep: boolean;
  #begun = false;
  #over = false;

  constructor(options: BuildPartOptions) {
    this.#options = options;
    this.#mayKeep = options.resumed;
    const { context, plan, root } = options;
    this.#loop = new BuildLoop({
      clock: context.clock,
      plan,
      root,
      run: (signal) => this.#build(signal),
      onProblem: (error) => this.#onWatchProblem(error),
    });
  }

  get name(): string {
    return this.#options.plan.name;
  }

  get dependsOn(): readonly string[] {
    return this.#options.plan.dependsOn;
  }

  get satisfied(): boolean {
    return this.#wasGood;
  }

  get settled(): boolean {
    return this.#state.status === 'ready' || this.#state.status === 'error' || this.#state.status === 'stopped';
  }

  get isDown(): boolean {
    return this.#state.status === 'error' || this.#state.status === 'stopped';
  }

  get snapshot(): DevBuild {
    const { name, dependsOn, watch } = this.#options.plan;
    return { name, dependsOn, watching: watch !== null, state: this.#state, problems: this.#problems };
  }

  readonly onChange = (listener: () => void): Dispose => this.#changed.on(listener);

  wait(step: string): void {
    if (this.#state.status === 'starting' && this.#state.step === step) return;
    this.#set({ status: 'starting', since: this.#now(), step });
  }

  fail(error: unknown): void {
    const hint = error instanceof DevyardError ? error.hint : undefined;
    this.#set({
      status: 'error',
      at: this.#now(),
      reason: messageOf(error),
      ...(hint === undefined ? {} : { hint }),
      durationMs: null,
    });
  }

  async start(): Promise<void> {
    if (this.#begun) void this.#loop.rebuild();
    else this.#loop.start();
    this.#begun = true;
  }

  /** Its turn has come: what it needs was there. */
  get isBegun(): boolean {
    return this.#begun;
  }

  /** Builds now; resolves with what became of it. */
  async rebuild(): Promise<BuildOutcome> {
    return (await this.#loop.rebuild()) ? { success: true } : this.outcome;
  }

  /** What became of the last build. */
  get outcome(): BuildOutcome {
    const state = this.#state;
    if (state.status === 'ready') return { success: true };
    if (state.status === 'error') return { success: false, error: state.reason };
    return { success: false, error: state.status === 'starting' ? state.step : 'it was stopped' };
  }

  async stop(): Promise<void> {
    if (this.#over && this.#state.status === 'stopped') return;
    this.#over = true;
    await this.#loop.stop();
    if (this.#problems.length > 0) this.#tell([]);
    if (this.#state.status === 'idle' || this.#state.status === 'stopped') return;
    this.#state = { status: 'stopped', at: this.#now() };
    this.#changed.emit();
  }

  async #build(signal: AbortSignal): Promise<boolean> {
    const { context, environment, log, plan, projectId, reload, resolve, root } = this.#options;
    const since = this.#now();
    const began = context.clock.monotonic();
    const took = (): number => Math.round(context.clock.monotonic() - began);
    this.#set({ status: 'building', since, step: 'building' });
    const before = this.#mayKeep ? await builtDigest(plan) : undefined;
    try {
      const [env, command] = await Promise.all([environment(), resolve(plan.command, plan.cwd)]);
      const result = await runBuild(context, {
        projectId,
        root,
        plan,
        command,
        env: { ...env, ...plan.env },
        log,
        signal,
      });
      if (result.type === 'cancelled' || signal.aborted) {
        this.#note('Cancelled.');
        return false;
      }
      this.#tell(result.problems);
      if (result.type === 'bad') return this.#fail(result.reason, took());
      this.#wasGood = true;
      const durationMs = took();
      this.#note(`Built in ${(durationMs / 1000).toFixed(1)} s.`);
      const unchanged = before !== undefined && before === (await builtDigest(plan));
      this.#mayKeep = false;
      if (!unchanged) await reload(signal);
      this.#set({ status: 'ready', at: this.#now(), durationMs });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      return this.#fail(messageOf(error), took(), error instanceof DevyardError ? error.hint : undefined);
    }
  }

  #fail(reason: string, durationMs: number, hint?: string): false {
    this.#note(`Failed: ${reason}.`);
    this.#set({ status: 'error', at: this.#now(), reason, ...(hint === undefined ? {} : { hint }), durationMs });
    return false;
  }

  #tell(problems: readonly BuildProblem[]): void {
    this.#problems = problems;
    this.#options.onProblems(problems);
  }

  #onWatchProblem(error: unknown): void {
    this.#note(messageOf(error));
    if (error instanceof DevyardError && error.hint !== undefined) this.#note(error.hint);
    this.#options.context.onProblem(error);
  }

  #set(state: DevBuildState): void {
    if (this.#over) return;
    this.#state = state;
    this.#changed.emit();
  }

  #note(text: string): void {
    if (!this.#over) this.#options.log.append('system', text, this.name);
  }

  #now(): number {
    return this.#options.context.clock.now();
  }
}
