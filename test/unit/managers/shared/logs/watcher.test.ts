import { describe, expect, it } from 'vitest';

import { FolderReader } from '../../../../../src/managers/shared/logs/watcher.ts';

/** A folder reader whose time, events and reads are all in the test's hands. */
function bench(): {
  reads: number;
  timers: { ms: number; task: () => void }[];
  watches: { change: (name: string | null) => void; fail: (error: unknown) => void; closed: boolean }[];
  problems: string[];
  reader: FolderReader;
  answer: (found: boolean) => Promise<void>;
  tick: () => void;
  isWatching: () => boolean;
} {
  let pending: ((found: boolean) => void) | undefined;
  const state = {
    reads: 0,
    timers: [] as { ms: number; task: () => void }[],
    watches: [] as { change: (name: string | null) => void; fail: (error: unknown) => void; closed: boolean }[],
    problems: [] as string[],
  };
  const reader = new FolderReader({
    folder: '/folder',
    ignore: 'index.jsonl',
    clock: {
      now: () => 0,
      monotonic: () => 0,
      after: (ms, task) => {
        const timer = { ms, task };
        state.timers.push(timer);
        return () => {
          state.timers = state.timers.filter((other) => other !== timer);
        };
      },
    },
    watch: (_folder, change, fail) => {
      const watch = { change, fail, closed: false };
      state.watches.push(watch);
      return {
        close: () => {
          watch.closed = true;
        },
      };
    },
    read: () => {
      state.reads += 1;
      return new Promise((resolve) => {
        pending = resolve;
      });
    },
    onUnwatchable: (message) => state.problems.push(message),
  });
  return {
    get reads() {
      return state.reads;
    },
    get timers() {
      return state.timers;
    },
    get watches() {
      return state.watches;
    },
    problems: state.problems,
    reader,
    answer: async (found) => {
      pending?.(found);
      await Promise.resolve();
      await Promise.resolve();
    },
    tick: () => state.timers.shift()?.task(),
    isWatching: () => state.watches.at(-1)?.closed === false,
  };
}

async function quiet(b: ReturnType<typeof bench>): Promise<void> {
  b.reader.start();
  await b.answer(false);
  b.tick();
  await b.answer(false);
  await b.answer(false);
}

describe('FolderReader', () => {
  it('reads at 20 ms while data flows, without a watch, and then only watches', async () => {
    const b = bench();
    b.reader.start();
    expect(b.reads).toBe(1);
    await b.answer(true);
    expect(b.timers.map(({ ms }) => ms)).toEqual([20]);
    expect(b.watches).toEqual([]);
    b.tick();
    await b.answer(false);
    b.tick();
    await b.answer(false);
    expect(b.isWatching()).toBe(true);
    // One look after the watch was set, for what came in between.
    expect(b.reads).toBe(4);
    await b.answer(false);
    expect(b.timers).toEqual([]);
    expect(b.isWatching()).toBe(true);
  });

  it('reads at once on an event, but not on its own index', async () => {
    const b = bench();
    await quiet(b);
    const before = b.reads;
    b.watches.at(-1)?.change('index.jsonl');
    expect(b.reads).toBe(before);
    b.watches.at(-1)?.change('run.out');
    expect(b.reads).toBe(before + 1);
    expect(b.isWatching()).toBe(false);
  });

  it('goes on when data came between the last read and the watch', async () => {
    const b = bench();
    b.reader.start();
    await b.answer(false);
    b.tick();
    await b.answer(false);
    const before = b.reads;
    await b.answer(true);
    expect(b.reads).toBe(before + 1);
  });

  it('does not lose an event that comes during the look', async () => {
    const b = bench();
    b.reader.start();
    await b.answer(false);
    b.tick();
    await b.answer(false);
    const before = b.reads;
    b.watches.at(-1)?.change('run.out');
    expect(b.reads).toBe(before);
    await b.answer(false);
    expect(b.reads).toBe(before + 1);
  });

  it('polls for good when the watch dies, and says so once', async () => {
    const b = bench();
    await quiet(b);
    b.watches.at(-1)?.fail(new Error('EMFILE'));
    expect(b.problems).toEqual(['EMFILE']);
    for (let round = 0; round < 3; round += 1) {
      expect(b.timers.map(({ ms }) => ms)).toEqual([500]);
      b.tick();
      await b.answer(false);
    }
    expect(b.problems).toHaveLength(1);
    b.reader.stop();
    expect(b.timers).toEqual([]);
  });

  it('does nothing any more after stop, and begins again after start', async () => {
    const b = bench();
    await quiet(b);
    b.reader.stop();
    expect(b.isWatching()).toBe(false);
    const before = b.reads;
    b.reader.start();
    expect(b.reads).toBe(before + 1);
  });
});
