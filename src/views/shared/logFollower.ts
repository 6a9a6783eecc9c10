import type { LogEntryView } from '../../api/contract/logs.ts';
import { Pause } from './pause.ts';
import { backoff, reasonOf } from './sessionState.ts';

/** Where log entries come from. */
export interface LogFeed {
  /** The newest entries and the sequence number up to which they reach. */
  tail(
    lines: number,
    signal: AbortSignal,
  ): Promise<{ readonly entries: readonly LogEntryView[]; readonly lastSeq: number }>;
  /** Everything after a sequence number, then what comes, until the signal aborts. */
  follow(afterSeq: number, signal: AbortSignal): Promise<AsyncIterable<readonly LogEntryView[]>>;
}

const firstLines = 1000;

/**
 * Reads one log while somebody looks at it: the newest lines first, then whatever comes. While nobody looks there is no
 * connection; afterwards it resumes behind the last entry it had, so no line is missing and none comes twice.
 */
export class LogFollower {
  readonly #feed: LogFeed;
  readonly #write: (entries: readonly LogEntryView[]) => void;
  readonly #note: (message: string) => void;
  #lastSeq: number | undefined;
  #reading: AbortController | undefined;

  /** `note` is told why the log cannot be read at the moment. */
  constructor(feed: LogFeed, write: (entries: readonly LogEntryView[]) => void, note: (message: string) => void) {
    this.#feed = feed;
    this.#write = write;
    this.#note = note;
  }

  get following(): boolean {
    return this.#reading !== undefined;
  }

  resume(): void {
    if (this.#reading !== undefined) return;
    const reading = new AbortController();
    this.#reading = reading;
    void this.#run(reading.signal);
  }

  pause(): void {
    this.#reading?.abort();
    this.#reading = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const pause = new Pause(signal);
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      await pause.wait(backoff(attempt, 250, 5000));
      try {
        await this.#read(signal, () => {
          attempt = 0;
        });
      } catch (error) {
        if (!signal.aborted && attempt === 0) this.#note(reasonOf(error).message);
      }
    }
  }

  async #read(signal: AbortSignal, onData: () => void): Promise<void> {
    if (this.#lastSeq === undefined) {
      const { entries, lastSeq } = await this.#feed.tail(firstLines, signal);
      if (signal.aborted) return;
      this.#lastSeq = lastSeq;
      this.#write(entries);
    }
    for await (const entries of await this.#feed.follow(this.#lastSeq, signal)) {
      if (signal.aborted) return;
      const last = entries.at(-1);
      if (last === undefined) continue;
      this.#lastSeq = Math.max(this.#lastSeq, last.seq);
      this.#write(entries);
      onData();
    }
  }
}
