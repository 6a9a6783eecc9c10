/** Waiting that can be cut short: by the end of its owner, or because somebody needs the result now. */
export class Pause {
  readonly #signal: AbortSignal;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.skip());
  }

  /** Resolves after `ms` milliseconds, at `skip()`, or when the signal aborts. Never rejects. */
  async wait(ms: number): Promise<void> {
    if (ms <= 0 || this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  skip(): void {
    this.#wake?.();
  }
}
