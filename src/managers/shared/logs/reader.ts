import { DevyardError } from '../errors.ts';
import type { Gaps } from './gaps.ts';
import type { History, HistoryGroup } from './history.ts';
import type { Publisher } from './publisher.ts';
import type { LogEntry } from './types.ts';

const MAX_LINES = 100_000;
/** A tail of very long lines ends earlier; the caller pages on with `beforeSeq`. */
const MAX_TAIL_BYTES = 64 * 1024 * 1024;

/** Reads one log: from memory what is newest, from disk what is older. A reader is a cursor; nothing is queued for it. */
export class LogReader {
  readonly #publisher: Publisher;
  readonly #gaps: Gaps;
  readonly #history: History;
  readonly #epoch: () => number;
  readonly #closed = new AbortController();
  #followers = 0;
  /** The last group read from disk: followers that go side by side share it. */
  #shared: { readonly next: number; readonly epoch: number; readonly group: Promise<HistoryGroup> } | undefined;

  constructor(publisher: Publisher, gaps: Gaps, history: History, epoch: () => number) {
    this.#publisher = publisher;
    this.#gaps = gaps;
    this.#history = history;
    this.#epoch = epoch;
  }

  get isFollowed(): boolean {
    return this.#followers > 0;
  }

  close(): void {
    this.#closed.abort();
    this.#publisher.wake();
  }

  /** See ResourceLog.tail. Throws `invalid` naming `lines` or `before`. */
  async tail(lines: number, beforeSeq?: number): Promise<readonly LogEntry[]> {
    checkWhole(lines, 'lines', 1, MAX_LINES);
    if (beforeSeq !== undefined) checkWhole(beforeSeq, 'before', 1, Number.MAX_SAFE_INTEGER);
    const end = this.#publisher.lastSeq + 1;
    const stop = Math.min(beforeSeq ?? end, end);
    const groups: { entries: readonly LogEntry[]; bytes: number }[] = [];
    let bytes = 0;
    for (let next = this.#gaps.tailStart(lines, stop); next < stop;) {
      const group = this.#fromRing(next, stop) ?? (await this.#history.read(next, stop));
      next = group.next;
      const size = group.entries.reduce((sum, entry) => sum + (entry.kind === 'line' ? entry.text.length : 0), 0);
      groups.push({ entries: group.entries, bytes: size });
      bytes += size;
      while (bytes > MAX_TAIL_BYTES && groups.length > 1) bytes -= groups.shift()?.bytes ?? 0;
    }
    this.#restIfUnused();
    return groups.flatMap(({ entries }) => entries);
  }

  /** See ResourceLog.follow. Throws `invalid` naming `after`. No generator: it would hold a batch until it is asked for the next. */
  follow(afterSeq: number, signal: AbortSignal): AsyncIterableIterator<readonly LogEntry[], undefined> {
    checkWhole(afterSeq, 'after', 0, Number.MAX_SAFE_INTEGER);
    const ended = AbortSignal.any([signal, this.#closed.signal]);
    // A number from a log that was erased meanwhile must not hide what comes.
    let next = Math.min(afterSeq, this.#publisher.lastSeq) + 1;
    let isOpen = true;
    this.#followers += 1;
    const end = (): IteratorReturnResult<undefined> => {
      if (isOpen) this.#followers -= 1;
      isOpen = false;
      this.#restIfUnused();
      return { done: true, value: undefined };
    };
    return {
      next: async () => {
        try {
          while (!ended.aborted && next > this.#publisher.lastSeq) {
            await this.#publisher.waitBeyond(this.#publisher.lastSeq, ended);
          }
          if (!isOpen || ended.aborted) return end();
          const stop = this.#publisher.lastSeq + 1;
          const group = this.#fromRing(next, stop) ?? (await this.#fromDisk(next, stop));
          if (ended.aborted) return end();
          next = group.next;
          return { done: false, value: group.entries };
        } catch (error) {
          end();
          throw error;
        }
      },
      return: async () => end(),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #restIfUnused(): void {
    if (this.#followers > 0) return;
    this.#shared = undefined;
    this.#history.rest();
  }

  #fromRing(next: number, stop: number): HistoryGroup | undefined {
    const lines = this.#publisher.ring.slice(next, stop);
    return lines && lines.length > 0 ? { entries: lines, next: stop } : undefined;
  }

  #fromDisk(next: number, stop: number): Promise<HistoryGroup> {
    const epoch = this.#epoch();
    if (this.#shared?.next !== next || this.#shared.epoch !== epoch) {
      this.#shared = { next, epoch, group: this.#history.read(next, stop) };
    }
    return this.#shared.group;
  }
}

function checkWhole(value: number, field: string, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new DevyardError('invalid', `${field} must be a whole number from ${min} to ${max}, not ${value}.`, { field });
}
