/** Runs jobs beside each other, a few at a time. For one producer. After a failure nothing new is begun. */
export class Pool {
  readonly #atOnce: number;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Begins a job when there is room, and resolves then. Rejects with the first failure of any job before. */
  async add(job: () => Promise<void>): Promise<{ readonly done: Promise<void> }> {
    while (this.#running >= this.#atOnce) await this.#change();
    this.#throwFailure();
    this.#running++;
    const done = job();
    void done
      .catch((error: unknown) => (this.#failure ??= { error }))
      .finally(() => {
        this.#running--;
        this.#wake?.();
      });
    return { done };
  }

  /** Resolves when every job has succeeded; rejects with the first failure, when none runs any more. */
  async drain(): Promise<void> {
    await this.settle();
    this.#throwFailure();
  }

  /** Resolves when no job runs, however they ended. */
  async settle(): Promise<void> {
    while (this.#running > 0) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
