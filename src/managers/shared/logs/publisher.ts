import type { IndexFile } from './indexFile.ts';
import type { IndexRecord } from './records.ts';
import { Ring } from './ring.ts';
import { Mutex } from '../mutex.ts';
import type { LogLimits, LogLine } from './types.ts';

interface Queued {
  readonly record: IndexRecord;
  /** The newest lines of the record. */
  readonly lines: readonly LogLine[];
  /** The newest sequence number when this is published. */
  readonly seq: number;
}

/** Brings entries into the index first and then before the readers, in the order of their sequence numbers. */
export class Publisher {
  readonly ring: Ring;
  readonly #index: IndexFile;
  readonly #mutex = new Mutex();
  readonly #waiting = new Set<() => void>();
  #queue: Queued[] = [];
  #lastSeq = 0;

  constructor(index: IndexFile, limits: LogLimits) {
    this.#index = index;
    this.ring = new Ring(limits);
  }

  /** Sequence number of the newest published entry. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Takes up the numbering where the index ends. */
  startAt(lastSeq: number): void {
    this.#lastSeq = lastSeq;
  }

  /** Queues a record; `seq` is the newest sequence number with it. */
  enqueue(record: IndexRecord, seq: number, lines: readonly LogLine[] = []): void {
    this.#queue.push({ record, lines, seq });
  }

  /** Writes and publishes what is queued. Never fails: see IndexFile. */
  flush(): Promise<void> {
    return this.#mutex.run(async () => {
      const queue = this.#queue;
      if (queue.length === 0) return;
      this.#queue = [];
      await this.#index.append(queue.map(({ record }) => record));
      for (const { lines, seq } of queue) {
        this.ring.push(lines);
        this.#lastSeq = Math.max(this.#lastSeq, seq);
      }
      this.wake();
    });
  }

  /** Lets every waiting reader look again. */
  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  /** Resolves at once when there is more than `seq`, else with the next publication or when the signal aborts. */
  async waitBeyond(seq: number, signal: AbortSignal): Promise<void> {
    if (this.#lastSeq > seq || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
