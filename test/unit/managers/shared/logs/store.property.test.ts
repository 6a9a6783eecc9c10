import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Clock } from '../../../../../src/managers/shared/clock.ts';
import { copyTruncateFreer, headFreer, type HeadFreer } from '../../../../../src/managers/shared/logs/holes.ts';
import { openLogStore } from '../../../../../src/managers/shared/logs/logStore.ts';
import type { LogEntry, LogLimits, LogStore, ResourceLog } from '../../../../../src/managers/shared/logs/types.ts';

type Step =
  | { readonly do: 'write'; readonly stream: 'out' | 'err'; readonly bytes: Buffer }
  | { readonly do: 'poke' | 'kill' | 'say' | 'newRun' | 'close' | 'tail' };

const byte = fc.oneof(fc.integer({ min: 97, max: 122 }), fc.constantFrom(10, 10, 13, 0xc3, 0xa4, 0xff));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      stream: fc.constantFrom('out' as const, 'err' as const),
      bytes: fc.array(byte, { maxLength: 300, size: 'max' }).map((bytes) => Buffer.from(bytes)),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'poke' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'say' as const, 'tail' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('newRun' as const, 'close' as const) }) },
);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'logs-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Nothing happens by itself: a store that is no longer used is as dead as a killed one. */
const stillClock: Clock = { now: () => 1000, monotonic: () => 1000, after: () => () => undefined };
const noWatch = (): { close(): void } => ({ close: () => undefined });

class Bench {
  readonly written = { out: Buffer.alloc(0), err: Buffer.alloc(0) };
  readonly said: string[] = [];
  readonly runs: { out: string[]; err: string[] }[] = [];
  readonly #stores: LogStore[] = [];
  #log: ResourceLog | undefined;
  #run = 1;
  readonly #folder: string;
  readonly #limits: Partial<LogLimits>;
  readonly #freer: HeadFreer;

  constructor(folder: string, limits: Partial<LogLimits>, freer: HeadFreer) {
    this.#folder = folder;
    this.#limits = limits;
    this.#freer = freer;
  }

  get log(): ResourceLog {
    if (this.#log === undefined) throw new Error('not open');
    return this.#log;
  }

  async open(isNew: boolean): Promise<void> {
    const store = await openLogStore({
      dir: this.#folder,
      limits: this.#limits,
      clock: stillClock,
      watch: noWatch,
      freer: this.#freer,
      onProblem: (message) => {
        throw new Error(message);
      },
    });
    this.#stores.push(store);
    this.#log = await store.open('key');
    await (isNew ? this.#log.beginRun(`run-${this.#run}`) : this.#log.resumeRun(`run-${this.#run}`));
  }

  async do(action: Step): Promise<void> {
    switch (action.do) {
      case 'write':
        this.written[action.stream] = Buffer.concat([this.written[action.stream], action.bytes]);
        await appendFile(join(this.#folder, 'key', `run-${this.#run}.${action.stream}`), action.bytes);
        break;
      case 'poke':
        await this.log.poke();
        break;
      case 'kill':
        await this.quiet();
        await this.open(false);
        break;
      case 'close':
        await this.#stores.at(-1)?.close();
        await this.open(false);
        break;
      case 'say':
        this.said.push(`word ${this.said.length}`);
        this.log.append('system', `word ${this.said.length - 1}`);
        await this.log.tail(1);
        break;
      case 'newRun':
        await this.endRun();
        this.#run += 1;
        await this.log.beginRun(`run-${this.#run}`);
        break;
      case 'tail':
        await this.log.tail(20);
        break;
    }
  }

  /** Lets end what has begun, without causing anything: kills in the middle are for the integration tests. */
  async quiet(): Promise<void> {
    await this.log.tail(1);
    // Waits behind what is going on, and is refused.
    await this.log.endRun('unknown').catch(() => undefined);
  }

  async endRun(): Promise<void> {
    await this.log.endRun(`run-${this.#run}`);
    this.runs.push({ out: linesOf(this.written.out), err: linesOf(this.written.err) });
    this.written.out = Buffer.alloc(0);
    this.written.err = Buffer.alloc(0);
  }

  async close(): Promise<void> {
    // The killed ones have nothing left to write; this only gives their descriptors back.
    for (const store of this.#stores) await store.close();
  }
}

function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('utf8').split('\n');
  const last = lines.pop() ?? '';
  return [...lines.map((line) => line.replace(/\r$/, '')), ...(last === '' ? [] : [last])];
}

/** Everything there is, by following from the beginning. */
async function replay(log: ResourceLog, after = 0): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  const stop = new AbortController();
  if (log.lastSeq <= after) return entries;
  for await (const batch of log.follow(after, stop.signal)) {
    entries.push(...batch);
    const last = batch.at(-1);
    if (last && last.seq + (last.kind === 'gap' ? last.droppedLines - 1 : 0) >= log.lastSeq) break;
  }
  return entries;
}

const textsOf = (entries: readonly LogEntry[], source: string): string[] =>
  entries.flatMap((entry) => (entry.kind === 'line' && entry.source === source ? [entry.text] : []));

describe('a log under kills', () => {
  it('gives every line exactly once, in order, with strictly increasing numbers', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), fc.nat(), async (steps, seed) => {
        round += 1;
        const bench = new Bench(join(dir, String(round)), { ringLines: 4, lineBytes: 4096 }, headFreer(dir));
        await bench.open(true);
        for (const action of steps) await bench.do(action);
        await bench.endRun();
        const entries = await replay(bench.log);
        expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
        expect(bench.log.lastSeq).toBe(entries.length);
        expect(textsOf(entries, 'stdout')).toEqual(bench.runs.flatMap((run) => run.out));
        expect(textsOf(entries, 'stderr')).toEqual(bench.runs.flatMap((run) => run.err));
        expect(textsOf(entries, 'system')).toEqual(bench.said);
        // From any place, by any way, the same entries.
        const place = seed % (entries.length + 1);
        expect(await replay(bench.log, place)).toEqual(entries.slice(place));
        expect(await bench.log.tail(place + 1)).toEqual(entries.slice(-place - 1));
        expect(await bench.log.tail(7, place + 1)).toEqual(entries.slice(Math.max(0, place - 7), place));
        await bench.close();
      }),
      { numRuns: 60 },
    );
  });

  for (const [name, freerOf] of [
    ['punched holes', headFreer],
    ['copy and truncate', () => copyTruncateFreer],
  ] as const) {
    it(`keeps the newest lines within the limit and says what is missing (${name})`, async () => {
      let round = 0;
      let dropped = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
          round += 1;
          const bench = new Bench(join(dir, String(round)), { runBytes: 1500, ringLines: 3 }, freerOf(dir));
          await bench.open(true);
          for (const action of steps) await bench.do(action);
          await bench.endRun();
          const entries = await replay(bench.log);
          let next = 1;
          for (const entry of entries) {
            expect(entry.seq).toBe(next);
            next += entry.kind === 'gap' ? entry.droppedLines : 1;
            dropped += entry.kind === 'gap' ? entry.droppedLines : 0;
          }
          expect(next - 1).toBe(bench.log.lastSeq);
          const neighbours = entries.filter((entry, at) => entry.kind === 'gap' && entries[at - 1]?.kind === 'gap');
          expect(neighbours).toEqual([]);
          for (const source of ['out', 'err'] as const) {
            const all = bench.runs.flatMap((run) => run[source]);
            const texts = joinPieces(entries, source === 'out' ? 'stdout' : 'stderr');
            // Everything that is still there is a true line, in order.
            let at = -1;
            for (const text of texts) {
              at = all.findIndex((line, index) => index > at && line.endsWith(text));
              expect(at).toBeGreaterThanOrEqual(0);
            }
          }
          const kept = await bench.log.tail(100_000);
          expect(kept).toEqual(entries);
          await bench.close();
          const again = new Bench(join(dir, String(round)), { runBytes: 1500, ringLines: 3 }, freerOf(dir));
          await again.open(true).catch(() => undefined);
          expect(await replay(again.log)).toEqual(entries);
          await again.close();
          expect((await stat(join(dir, String(round), 'key', 'index.jsonl'))).mode & 0o777).toBe(0o600);
        }),
        { numRuns: 25 },
      );
      expect(dropped).toBeGreaterThan(0);
    }, 60_000);
  }
});

/** Joins the pieces of long lines; the first may be the rest of a line whose beginning was dropped. */
function joinPieces(entries: readonly LogEntry[], source: string): string[] {
  const texts: string[] = [];
  let open = '';
  let isOpen = false;
  for (const entry of entries) {
    if (entry.kind === 'gap') {
      isOpen = false;
      open = '';
      continue;
    }
    if (entry.source !== source) continue;
    open = isOpen ? open + entry.text : entry.text;
    isOpen = entry.continued === true;
    if (!isOpen) texts.push(open);
  }
  return texts;
}
