import { watchFolder } from '../shared/logs/watcher.ts';
import type { DevServerContext } from './context.ts';
import { DevinfoWatch } from './external/devinfoWatch.ts';
import type { ExternalInfo } from './external/parse.ts';

/** The plugin that somebody else runs, from whichever file the plan names at present. */
export class ExternalWatch {
  readonly #context: Pick<DevServerContext, 'clock' | 'platform'>;
  readonly #onChange: () => void;
  readonly #onProblem: (message: string) => void;
  #file: string | null = null;
  #watch: DevinfoWatch | undefined;

  constructor(
    context: Pick<DevServerContext, 'clock' | 'platform'>,
    onChange: () => void,
    onProblem: (message: string) => void,
  ) {
    this.#context = context;
    this.#onChange = onChange;
    this.#onProblem = onProblem;
  }

  get info(): ExternalInfo | null {
    return this.#watch?.info ?? null;
  }

  /** null: there is none. */
  follow(file: string | null): void {
    if (file === this.#file) return;
    this.close();
    this.#file = file;
    if (file === null) return;
    const { clock, platform } = this.#context;
    const [onChange, onProblem] = [this.#onChange, this.#onProblem];
    this.#watch = new DevinfoWatch({ file, clock, watch: watchFolder, platform, onChange, onProblem });
  }

  close(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#file = null;
  }
}
