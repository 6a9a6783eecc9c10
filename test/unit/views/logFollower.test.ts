import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogEntryView } from '../../../src/api/contract/logs.ts';
import { LogFollower } from '../../../src/views/shared/logFollower.ts';

function entry(seq: number): LogEntryView {
  return { kind: 'line', seq, time: 0, source: 'stdout', text: String(seq) };
}

/** A log that grows on demand and counts who reads it. */
class FakeLog {
  readonly followed: number[] = [];
  readers = 0;
  #last: number;
  #grown: (() => void)[] = [];

  constructor(lines: number) {
    this.#last = lines;
  }

  grow(lines: number): void {
    this.#last += lines;
    for (const wake of this.#grown.splice(0)) wake();
  }

  tail(): Promise<{ entries: LogEntryView[]; lastSeq: number }> {
    const entries = Array.from({ length: this.#last }, (_, index) => entry(index + 1));
    return Promise.resolve({ entries, lastSeq: this.#last });
  }

  follow(after: number, signal: AbortSignal): Promise<AsyncIterable<readonly LogEntryView[]>> {
    this.followed.push(after);
    return Promise.resolve(this.#stream(after, signal));
  }

  async *#stream(after: number, signal: AbortSignal): AsyncGenerator<readonly LogEntryView[]> {
    this.readers += 1;
    try {
      for (let next = after + 1; !signal.aborted;) {
        for (; next <= this.#last; next += 1) yield [entry(next)];
        await new Promise<void>((resolve) => {
          this.#grown.push(resolve);
          signal.addEventListener('abort', () => resolve());
        });
      }
    } finally {
      this.readers -= 1;
    }
  }
}

describe('a followed log', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is read only while somebody looks, without losing or repeating a line', async () => {
    const log = new FakeLog(3);
    const seen: number[] = [];
    const follower = new LogFollower(
      log,
      (entries) => seen.push(...entries.map(({ seq }) => seq)),
      () => undefined,
    );
    follower.resume();
    await vi.advanceTimersByTimeAsync(0);
    log.grow(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    follower.pause();
    await vi.advanceTimersByTimeAsync(0);
    expect(log.readers).toBe(0);
    log.grow(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toHaveLength(5);
    follower.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(log.followed).toEqual([3, 5]);
    follower.pause();
  });

  it('comes back when the connection breaks, and says so once', async () => {
    const log = new FakeLog(1);
    const seen: number[] = [];
    const notes: string[] = [];
    let failures = 3;
    const follower = new LogFollower(
      {
        tail: () => log.tail(),
        follow: (after, signal) => (failures-- > 0 ? Promise.reject(new Error('broken')) : log.follow(after, signal)),
      },
      (entries) => seen.push(...entries.map(({ seq }) => seq)),
      (note) => notes.push(note),
    );
    follower.resume();
    await vi.advanceTimersByTimeAsync(10_000);
    log.grow(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual([1, 2]);
    expect(notes).toEqual(['broken']);
    follower.pause();
  });
});
