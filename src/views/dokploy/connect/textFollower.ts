import { Pause } from '../../shared/pause.ts';
import { backoff, reasonOf } from '../../shared/sessionState.ts';
import { LogLines } from './logText.ts';

export interface TextFeed {
  /** The newest lines, then what comes. Rejects when it breaks, ends when there is nothing more to come for now. */
  read(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Puts a text in the place of everything that was shown. */
  replace(text: string): void;
  append(text: string): void;
  /** Why nothing can be read at the moment. */
  note(message: string): void;
}

interface Reading {
  readonly end: AbortController;
  readonly pause: Pause;
  /** There may be more since it was last begun to be read. */
  news: boolean;
}

/**
 * Reads one log while somebody looks at it. It has no numbers to go on from, so that each connection begins with the newest
 * lines, in the place of those that were shown. While nobody looks there is no connection.
 */
export class TextFollower {
  readonly #feed: TextFeed;
  readonly #header: () => string;
  #reading: Reading | undefined;

  /** `header`: what stands above the log. */
  constructor(feed: TextFeed, header: () => string) {
    this.#feed = feed;
    this.#header = header;
  }

  get following(): boolean {
    return this.#reading !== undefined;
  }

  resume(): void {
    if (this.#reading !== undefined) return;
    const end = new AbortController();
    const pause = new Pause(end.signal);
    const reading = { end, pause, news: false };
    this.#reading = reading;
    void this.#run(reading);
  }

  /** There may be more to read than before. */
  look(): void {
    if (this.#reading === undefined) return;
    this.#reading.news = true;
    this.#reading.pause.skip();
  }

  pause(): void {
    this.#reading?.end.abort();
    this.#reading = undefined;
  }

  async #run(reading: Reading): Promise<void> {
    const { pause } = reading;
    const { signal } = reading.end;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      await pause.wait(backoff(attempt, 500, 10_000));
      if (signal.aborted) return;
      reading.news = false;
      try {
        await this.#read(signal, () => {
          attempt = 0;
        });
        // It is complete: only something new is a reason to read it again, and then at once.
        if (!reading.news) await pause.wait(waitForeverMs);
        attempt = -1;
      } catch (error) {
        if (!signal.aborted && attempt === 0) this.#feed.note(reasonOf(error).message);
      }
    }
  }

  async #read(signal: AbortSignal, onData: () => void): Promise<void> {
    const lines = new LogLines();
    let came = false;
    const show = (text: string): void => {
      if (signal.aborted) return;
      if (!came) this.#feed.replace(this.#header() + text);
      else if (text !== '') this.#feed.append(text);
      came = true;
    };
    try {
      for await (const piece of await this.#feed.read(signal)) {
        if (signal.aborted) return;
        show(lines.push(piece));
        onData();
      }
      show('');
    } finally {
      const rest = lines.end();
      if (rest !== '') show(rest);
    }
  }
}

/** Until something wakes it. Milliseconds, the most a timer takes. */
const waitForeverMs = 2 ** 31 - 1;
