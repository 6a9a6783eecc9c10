import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArchiveProgress } from './types.ts';

/** The daemon answers others meanwhile: after so long without a pause the event loop gets its turn. */
const sliceMs = 5;
const progressMs = 250;

export interface PaceOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ArchiveProgress) => void) | undefined;
}

/** Keeps a long piece of work cancellable, visible and polite. */
export class Pace {
  readonly #options: PaceOptions;
  #entries = 0;
  #total: number | undefined;
  #sliceBegan = performance.now();
  #reported = performance.now();

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  expect(total: number): void {
    this.#total = total;
  }

  /** Before each entry. */
  async entry(): Promise<void> {
    this.#entries++;
    await this.breathe();
    if (performance.now() - this.#reported >= progressMs) this.report();
  }

  /** Before each piece of work that may take long with others of its kind. Rejects with the signal's reason. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#sliceBegan >= sliceMs) {
      await nextTurn();
      this.#sliceBegan = performance.now();
    }
    this.#options.signal?.throwIfAborted();
  }

  report(): void {
    this.#reported = performance.now();
    this.#options.onProgress?.({
      entries: this.#entries,
      ...(this.#total === undefined ? {} : { total: this.#total }),
    });
  }
}
