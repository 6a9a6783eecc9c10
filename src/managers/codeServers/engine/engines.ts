import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { type Dispose, Emitter } from '../../shared/emitter.ts';
import { DevyardError, messageOf } from '../../shared/errors.ts';
import type { Engine } from '../model.ts';
import type { Engines } from '../ports.ts';
import { findEngine, fingerprint } from './find.ts';
import { installCodeServer, pinned } from './install.ts';

interface EngineManagerOptions {
  readonly clock: Clock;
  readonly tools: string;
  readonly configured: () => string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly arch: string;
  readonly onLine: (line: string) => void;
}

const keptLines = 20;

/** Knows which code-server is used, and installs one. */
export class EngineManager implements Engines {
  readonly #options: EngineManagerOptions;
  readonly #changed = new Emitter<Engine>();
  #installation: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #installState: Extract<Engine, { status: 'installing' | 'installFailed' }> | undefined;
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
    if (this.#installState?.status === 'installing') return this.#installState;
    const engine = await this.#find();
    if (engine.status === 'missing' && this.#installState !== undefined) return this.#installState;
    return engine;
  }

  /** Looks again and says so if something changed: the setting did, or somebody installed one. */
  async refresh(): Promise<void> {
    this.#known = undefined;
    this.#publish(await this.get());
  }

  async install(): Promise<Engine> {
    if (this.#options.platform === 'win32') {
      throw new DevyardError('unavailable', 'code-server does not run on Windows.', { hint: 'Use WSL.' });
    }
    if (this.#installation === undefined) {
      const abort = new AbortController();
      this.#installation = { abort, done: this.#install(abort.signal).finally(() => (this.#installation = undefined)) };
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
    const { arch, clock, env, onLine, platform, tools } = this.#options;
    const since = clock.now();
    const lines: string[] = [];
    const show = (state: Extract<Engine, { status: 'installing' | 'installFailed' }>): void => {
      this.#installState = state;
      this.#publish(state);
    };
    show({ status: 'installing', version: pinned.codeServer, step: 'beginning', stepIndex: 1, stepCount: 5, since });
    try {
      await mkdir(tools, { recursive: true, mode: 0o700 });
      await installCodeServer({
        target: join(tools, `code-server-${pinned.codeServer}`),
        env,
        arch,
        platform,
        signal,
        onStep: (step) => show({ status: 'installing', version: pinned.codeServer, ...step, since }),
        onLine: (line) => {
          lines.push(line);
          if (lines.length > keptLines) lines.shift();
          onLine(line);
        },
      });
      this.#installState = undefined;
    } catch (error) {
      const hint = error instanceof DevyardError ? error.hint : undefined;
      this.#installState = signal.aborted
        ? undefined
        : { status: 'installFailed', message: messageOf(error), hint: hint ?? 'Try again.', lastLines: lines };
    }
    await this.refresh();
  }

  /** Asking an executable for its version takes a tenth of a second; the same file gives the same answer. */
  async #find(): Promise<Engine> {
    const { env, platform, tools } = this.#options;
    const configured = this.#options.configured();
    const known = this.#known;
    if (
      known?.engine.status === 'ready' &&
      known.key === `${configured}|${String(await fingerprint(known.engine.path))}`
    )
      return known.engine;
    const engine = await findEngine({ configured, path: env['PATH'] ?? '', tools, platform });
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
