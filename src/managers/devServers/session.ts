import type { Part } from './part.ts';

/**
 * One start of a project, until its stop: what is installed first, then every part as soon as what it depends on is there.
 * A part whose dependency fails waits on: the next good build, or the next try, lets it start.
 */
export class Session {
  readonly #parts: ReadonlyMap<string, Part>;
  readonly #ended = new AbortController();
  readonly #started = new Set<string>();
  readonly #waiters = new Set<() => void>();
  readonly #offs: readonly (() => void)[];
  /** Not before: what is installed first is no part, and the parts say that they wait for it. */
  #begun = false;

  constructor(parts: readonly Part[]) {
    this.#parts = new Map(parts.map((part) => [part.name, part]));
    this.#offs = parts.map((part) => part.onChange(() => this.#look()));
  }

  /** Aborts when the session is over. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Its parts may start, and it is not over. */
  get isOn(): boolean {
    return this.#begun && !this.signal.aborted;
  }

  /** Starts what may start; the rest follows by itself. */
  begin(): void {
    this.#begun = true;
    this.#look();
  }

  /** Takes up a part that runs already: it is not started a second time. */
  takeUp(name: string): void {
    this.#started.add(name);
  }

  /** Starts anew what failed for good, or ended. */
  retryFailed(): void {
    for (const part of this.#parts.values()) {
      if (part.isDown) this.#started.delete(part.name);
    }
    this.#look();
  }

  /**
   * Resolves when every part, or the one that is named, is ready or has failed for good, or the session is over; aborting
   * ends only the waiting.
   */
  settled(signal?: AbortSignal, name?: string): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!this.#isSettled(name) && !this.signal.aborted && signal?.aborted !== true) return;
        this.#waiters.delete(check);
        signal?.removeEventListener('abort', check);
        resolve();
      };
      this.#waiters.add(check);
      signal?.addEventListener('abort', check);
      check();
    });
  }

  /** Ends everything, all parts at once. */
  async end(): Promise<void> {
    this.#ended.abort();
    for (const off of this.#offs) off();
    try {
      await everyOne([...this.#parts.values()].map((part) => part.stop()));
    } finally {
      for (const check of [...this.#waiters]) check();
    }
  }

  /** Lets go of it without ending anything. */
  letGo(): void {
    this.#ended.abort();
    for (const off of this.#offs) off();
    for (const check of [...this.#waiters]) check();
  }

  #look(): void {
    if (!this.isOn) return;
    for (const part of this.#parts.values()) {
      if (this.#started.has(part.name)) continue;
      const missing = this.#missingFor(part);
      if (missing.length > 0) {
        part.wait(`waiting for ${missing.join(' and ')}`);
        continue;
      }
      this.#started.add(part.name);
      void part.start();
    }
    for (const check of [...this.#waiters]) check();
  }

  #missingFor({ dependsOn }: Part): readonly string[] {
    return dependsOn.filter((name) => this.#parts.get(name)?.satisfied !== true);
  }

  /** A part that waits for one that failed is settled with it. */
  #isSettled(name: string | undefined): boolean {
    const parts = [...this.#parts.values()].filter((part) => name === undefined || part.name === name);
    return parts.every((part) => this.#isPartSettled(part, new Set()));
  }

  #isPartSettled(part: Part, above: Set<string>): boolean {
    if (this.#started.has(part.name) || part.settled) return part.settled;
    if (above.has(part.name)) return true;
    above.add(part.name);
    const missing = this.#missingFor(part).flatMap((name) => this.#parts.get(name) ?? []);
    return missing.length > 0 && missing.every((needed) => this.#isPartSettled(needed, above));
  }
}

/** Waits for all of them, even when one rejects; rejects with the first that did. */
export async function everyOne(promises: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
