import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { type Dispose, Emitter } from '../../shared/emitter.ts';
import { DevyardError, messageOf } from '../../shared/errors.ts';
import type { Engine } from '../model.ts';
import type { Engines } from '../ports.ts';
import { findEngine, fingerprint } from './find.ts';
import type { Environment } from '../../shared/processes/group.ts';
import { installCodeServer, pinnedVersion, stepCount } from './install.ts';

interface EngineManagerOptions {
  readonly clock: Clock;
  readonly tools: string;
  readonly configured: () => string;
  readonly env: Environment;
  readonly machine: { readonly platform: string; readonly arch: string; readonly execPath: string };
  readonly onLine: (line: string) => void;
  readonly onWarning: (warning: DevyardError) => void;
}

type InstallState = Extract<Engine, { status: 'installing' | 'installFailed' }>;

const keptLines = 20;

/** Knows which code-server is used, and installs one. */
export class EngineManager implements Engines {
  readonly #options: EngineManagerOptions;
  readonly #changed = new Emitter<Engine>();
  #installation: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #installState: InstallState | undefined;
  #known: { readonly key: string; readonly engine: Engine } | undefined;
  #last: Engine | undefined;

  constructor(options: EngineManagerOptions) {
    this.#options = options;
  }

  readonly onChange = (listener: (engine: Engine) => void): Dispose => this.#changed.on(listener);

  get installing(): boolean {
    return this.#installation !== undefined;
  }

  async get(): Promise<Engine> {
    const state = this.#installState;
    if (state?.status === 'installing') return state;
    const engine = await this.#find();
    // One that failed is of no interest any more to whoever has an engine.
    if (engine.status === 'ready' && this.#installState === state) this.#installState = undefined;
    return this.#installState ?? engine;
  }

  /** Looks again and says so if something changed: the setting did, or somebody installed one. */
  async refresh(): Promise<void> {
    this.#known = undefined;
    this.#publish(await this.get());
  }

  /** Begins an installation, or joins the one that goes on. Its progress and its end are published. Throws `unavailable`. */
  async install(): Promise<Engine> {
    if (this.#options.machine.platform === 'win32') {
      throw new DevyardError('unavailable', 'code-server does not run on Windows.', { hint: 'Use WSL.' });
    }
    if (this.#installation === undefined) {
      const abort = new AbortController();
      this.#installation = { abort, done: this.#install(abort.signal) };
    }
    return this.get();
  }

  async cancelInstall(): Promise<Engine> {
    const installation = this.#installation;
    installation?.abort.abort();
    await installation?.done;
    return this.get();
  }

  async #install(signal: AbortSignal): Promise<void> {
    const { clock, env, machine, onLine, onWarning, tools } = this.#options;
    const { arch, execPath, platform } = machine;
    const since = clock.now();
    const lines: string[] = [];
    const show = (state: InstallState): void => {
      this.#installState = state;
      this.#publish(state);
    };
    show({ status: 'installing', version: pinnedVersion, step: 'beginning', stepIndex: 1, stepCount, since });
    try {
      await mkdir(tools, { recursive: true, mode: 0o700 });
      await installCodeServer({
        target: join(tools, `code-server-${pinnedVersion}`),
        env,
        execPath,
        arch,
        platform,
        signal,
        onStep: (step) => show({ status: 'installing', version: pinnedVersion, ...step, since }),
        onLine: (line) => {
          lines.push(line);
          if (lines.length > keptLines) lines.shift();
          onLine(line);
        },
        onWarning,
      });
      this.#installation = undefined;
      this.#installState = undefined;
    } catch (error) {
      // Before anybody hears of it: who asks again from now on gets a new installation.
      this.#installation = undefined;
      const hint = error instanceof DevyardError ? error.hint : undefined;
      // Said even when there is an engine all the same: whoever asked for the installation waits for how it ended.
      if (signal.aborted) this.#installState = undefined;
      else show({ status: 'installFailed', message: messageOf(error), hint: hint ?? 'Try again.', lastLines: lines });
    }
    await this.refresh();
  }

  /** Asking an executable for its version takes a tenth of a second; the same file gives the same answer. */
  async #find(): Promise<Engine> {
    const { env, machine, tools } = this.#options;
    const configured = this.#options.configured();
    const known = this.#known;
    if (
      known?.engine.status === 'ready' &&
      known.key === `${configured}|${String(await fingerprint(known.engine.path))}`
    )
      return known.engine;
    const engine = await findEngine({ configured, env, tools, platform: machine.platform });
    if (engine.status === 'ready')
      this.#known = { key: `${configured}|${String(await fingerprint(engine.path))}`, engine };
    return engine;
  }

  #publish(engine: Engine): void {
    if (JSON.stringify(engine) === JSON.stringify(this.#last)) return;
    this.#last = engine;
    this.#changed.emit(engine);
  }
}
