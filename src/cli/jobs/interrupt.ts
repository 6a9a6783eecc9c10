/** The exit code that shells give a program that Ctrl+C ended: 128 and the number of the signal. */
export const interruptedExitCode = 130;

/**
 * Ctrl+C while something can still be cancelled in good order: the first aborts the signal, the second ends this program
 * at once.
 */
export class Interrupt implements Disposable {
  readonly #abort = new AbortController();
  readonly #listener = (): void => {
    if (this.#abort.signal.aborted) process.exit(interruptedExitCode);
    this.#abort.abort();
  };

  constructor() {
    process.on('SIGINT', this.#listener);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#listener);
  }
}
