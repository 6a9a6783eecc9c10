import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { coalesce } from '../../../../../src/managers/shared/logs/coalesce.ts';
import { Compactor } from '../../../../../src/managers/shared/logs/compaction.ts';
import { DropPlanner, type DropPolicy } from '../../../../../src/managers/shared/logs/dropPlan.ts';
import { gapEntry, Gaps } from '../../../../../src/managers/shared/logs/gaps.ts';
import { resolveLimits } from '../../../../../src/managers/shared/logs/limits.ts';
import {
  type BatchRecord,
  decodeRecord,
  encodeRecord,
  type IndexRecord,
  type TextRecord,
} from '../../../../../src/managers/shared/logs/records.ts';
import { Ring } from '../../../../../src/managers/shared/logs/ring.ts';
import { keptBytes, LogState } from '../../../../../src/managers/shared/logs/state.ts';
import type { LogLine } from '../../../../../src/managers/shared/logs/types.ts';

const whole = fc.nat({ max: 1_000_000 });
const range = fc.tuple(whole, whole).map(([from, length]) => [from, from + length] as const);
const anyRecord: fc.Arbitrary<IndexRecord> = fc.oneof(
  fc.record(
    { t: fc.constant('batch' as const), seq: whole, n: whole, time: whole, run: whole, out: range, err: range },
    { requiredKeys: ['t', 'seq', 'n', 'time', 'run'] },
  ),
  fc.record({
    t: fc.constant('line' as const),
    seq: whole,
    time: whole,
    source: fc.constantFrom('system' as const, 'server' as const),
    text: fc.string({ unit: 'binary' }),
  }),
  fc.record({ t: fc.constant('begin' as const), run: whole, id: fc.string(), time: whole, line: whole, out: whole }),
  fc.record({ t: fc.constant('end' as const), run: whole, time: whole }),
  fc.record({ t: fc.constant('drop' as const), seq: whole, n: whole, lines: whole, bytes: whole, time: whole }),
  fc.record({ t: fc.constant('cut' as const), run: whole, out: whole, err: whole, index: whole }),
);

/** A life of a log: runs begin, write on either stream, Devyard speaks in between. */
const life = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ n: fc.integer({ min: 1, max: 9 }), out: fc.nat(90), err: fc.nat(90) }) },
      { weight: 2, arbitrary: fc.constant('text' as const) },
      { weight: 1, arbitrary: fc.constant('run' as const) },
    ),
    { minLength: 1, maxLength: 40, size: 'max' },
  )
  .map((steps) => {
    const records: IndexRecord[] = [{ t: 'begin', run: 1, id: 'r1', time: 1, line: 100 }];
    let [seq, run, out, err] = [1, 1, 0, 0];
    for (const step of steps) {
      if (step === 'run') {
        records.push({ t: 'end', run, time: 5 });
        run += 1;
        [out, err] = [0, 0];
        records.push({ t: 'begin', run, id: `r${run}`, time: 5, line: 100 });
      } else if (step === 'text') {
        records.push({ t: 'line', seq, time: 5, source: 'system', text: 'word' });
        seq += 1;
      } else {
        records.push({
          t: 'batch',
          seq,
          n: step.n,
          time: 5,
          run,
          out: [out, out + step.out],
          err: [err, err + step.err],
        });
        seq += step.n;
        out += step.out;
        err += step.err;
      }
    }
    return records;
  });

const sequenced = (records: readonly IndexRecord[]): (BatchRecord | TextRecord)[] =>
  records.filter((record) => record.t === 'batch' || record.t === 'line');
const countOf = (record: BatchRecord | TextRecord): number => (record.t === 'batch' ? record.n : 1);
const folded = (records: readonly IndexRecord[]): LogState => {
  const state = new LogState();
  for (const record of records) state.apply(record, encodeRecord(record).length);
  return state;
};

describe('index records', () => {
  it('come back as they were written, on one line', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const text = encodeRecord(record);
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(decodeRecord(text.slice(0, -1))).toEqual(record);
      }),
    );
  });

  it('are nothing when torn anywhere, and never throw', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(), (record, at) => {
        const text = encodeRecord(record).slice(0, -1);
        expect(decodeRecord(text.slice(0, at % text.length))).toBeUndefined();
      }),
    );
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void decodeRecord(text)));
  });
});

describe('Ring', () => {
  it('holds the newest lines within its bounds, at least one, without holes', () => {
    const step = fc.record({ skip: fc.nat(3), texts: fc.array(fc.string({ maxLength: 30 }), { maxLength: 12 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
        const ring = new Ring({ ringLines: 7, ringBytes: 60 });
        const all: LogLine[] = [];
        let seq = 1;
        for (const { skip, texts } of steps) {
          seq += skip;
          const lines = texts.map((text, at): LogLine => ({
            kind: 'line',
            seq: seq + at,
            time: 0,
            source: 'stdout',
            text,
          }));
          seq += lines.length;
          all.push(...lines);
          ring.push(lines);
          const first = ring.firstSeq;
          expect(first === undefined).toBe(all.length === 0);
          if (first === undefined) continue;
          expect(ring.count === 1 || (ring.count <= 7 && ring.bytes <= 60)).toBe(true);
          const last = all.at(-1)?.seq ?? 0;
          expect(ring.slice(first, last + 1)).toEqual(all.slice(-ring.count));
          expect(ring.slice(first - 1, last + 1)).toBeUndefined();
          expect(ring.slice(first, last + 2)).toBeUndefined();
        }
      }),
    );
  });
});

describe('Gaps', () => {
  it('count a tail as a walk over the entries does', () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 30 }), fc.nat(), (spans, lines, seed) => {
        const gaps = new Gaps();
        let seq = 1;
        for (const [live, gone] of spans) {
          seq += live;
          gaps.add({ from: seq, to: seq + gone, lines: gone, bytes: gone * 10, time: 0 });
          seq += gone;
        }
        const before = 1 + (seed % (seq + 3));
        const entries: number[] = [];
        for (let at = 1; at < before;) {
          entries.push(at);
          at = gaps.at(at)?.to ?? at + 1;
        }
        expect(gaps.tailStart(lines, before)).toBe(entries.slice(-lines)[0] ?? 1);
      }),
    );
  });

  it('merge neighbours and add up what they miss, in any order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), (order) => {
        const gaps = new Gaps();
        for (const at of order) gaps.add({ from: at * 10, to: at * 10 + 10, lines: 10, bytes: 5, time: at });
        expect(gaps.all.reduce((sum, gap) => sum + gap.lines, 0)).toBe(order.length * 10);
        const sorted = order.toSorted((a, b) => a - b);
        const places = sorted.filter((at, index) => index === 0 || sorted[index - 1] !== at - 1).length;
        expect(gaps.all.length).toBe(places);
      }),
    );
  });

  it('tell a reader in the middle exactly how many lines are still missing', () => {
    const gap = { from: 11, to: 111, lines: 100, bytes: 1000, time: 7 };
    expect(gapEntry(gap, 11)).toEqual({ kind: 'gap', seq: 11, time: 7, droppedBytes: 1000, droppedLines: 100 });
    expect(gapEntry(gap, 61)).toEqual({ kind: 'gap', seq: 61, time: 7, droppedBytes: 500, droppedLines: 50 });
  });
});

describe('DropPlanner', () => {
  const policies: fc.Arbitrary<DropPolicy> = fc.oneof(
    fc.record({ kind: fc.constant('head' as const), run: fc.integer({ min: 1, max: 4 }), freeBytes: fc.nat(3000) }),
    fc.record({ kind: fc.constant('run' as const), run: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('oldest' as const), freeBytes: fc.nat(3000) }),
  );

  it('drops whole records, oldest first, never another run nor the newest, and counts what it drops', () => {
    fc.assert(
      fc.property(life, policies, fc.nat(200), (records, policy, keepFrom) => {
        const planner = new DropPlanner(policy, keepFrom);
        const items = sequenced(records);
        for (const item of items) if (!planner.add(item, 10)) break;
        const { ranges, cuts } = planner.plan();
        const isGone = (seq: number): boolean => ranges.some(({ from, to }) => from <= seq && seq < to);
        const gone = items.filter((item) => isGone(item.seq));
        expect(ranges.reduce((sum, { lines }) => sum + lines, 0)).toBe(
          gone.reduce((sum, item) => sum + countOf(item), 0),
        );
        expect(gone.every((item) => item.seq + countOf(item) <= keepFrom)).toBe(true);
        const batches = items.filter((item) => item.t === 'batch');
        const ofRun = batches.filter(({ run }) => policy.kind === 'oldest' || run === policy.run);
        expect(batches.filter(({ seq }) => isGone(seq)).every((batch) => ofRun.includes(batch))).toBe(true);
        // What goes lies before the cut of its run, what stays behind it.
        const cutOf = (batch: BatchRecord): number => cuts.get(batch.run)?.out ?? 0;
        for (const batch of batches) {
          const [from, to] = batch.out ?? [0, 0];
          expect(isGone(batch.seq) ? to <= cutOf(batch) : from >= cutOf(batch)).toBe(true);
        }
        expect(policy.kind === 'head' ? ranges.length : 0).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('compaction', () => {
  it('keeps the state that the index tells, in fewer bytes', () => {
    const drops = fc.array(fc.record({ run: fc.integer({ min: 1, max: 3 }), freeBytes: fc.nat(800) }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(life, drops, (records, wanted) => {
        const all = [...records];
        for (const { run, freeBytes } of wanted) {
          const state = folded(all);
          const planner = new DropPlanner({ kind: 'head', run, freeBytes }, state.nextSeq - 1);
          for (const item of sequenced(all)) {
            if (state.gaps.at(item.seq) === undefined && !planner.add(item, 10)) break;
          }
          const { ranges, cuts } = planner.plan();
          for (const { from, to, lines, bytes } of ranges) {
            all.push({ t: 'drop', seq: from, n: to - from, lines, bytes, time: 9 });
          }
          for (const [no, { out, err, index }] of cuts) all.push({ t: 'cut', run: no, out, err, index });
        }
        const before = folded(all);
        const compactor = new Compactor(before);
        const compacted = [...all.flatMap((record) => compactor.next(record)), ...compactor.end()];
        const after = folded(compacted);
        before.forgetEmptyRuns();
        expect(after.nextSeq).toBe(before.nextSeq);
        expect(after.gaps.all).toEqual(before.gaps.all);
        expect([...after.runs.keys()]).toEqual([...before.runs.keys()]);
        for (const run of before.runs.values()) {
          const other = after.runs.get(run.no);
          expect(other && keptBytes(other)).toBe(keptBytes(run));
          expect(other?.out).toEqual(run.out);
          expect(other?.endedAt).toBe(run.endedAt);
        }
        const live = sequenced(all).filter(({ seq }) => before.gaps.at(seq) === undefined);
        expect(sequenced(compacted)).toEqual(live);
      }),
      { numRuns: 300 },
    );
  });
});

describe('coalesce', () => {
  it('changes neither numbers nor bytes nor what is no batch', () => {
    fc.assert(
      fc.property(life, (records) => {
        const joined = coalesce(records);
        expect(joined.length).toBeLessThanOrEqual(records.length);
        const before = folded(records);
        const after = folded(joined);
        expect(after.nextSeq).toBe(before.nextSeq);
        expect([...after.runs.values()].map((run) => [run.out, run.err, run.endedAt])).toEqual(
          [...before.runs.values()].map((run) => [run.out, run.err, run.endedAt]),
        );
        expect(joined.filter(({ t }) => t !== 'batch')).toEqual(records.filter(({ t }) => t !== 'batch'));
      }),
    );
  });
});

describe('resolveLimits', () => {
  it('names the limit that is wrong', () => {
    expect(() => resolveLimits({ ringLines: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid', field: 'ringLines' }),
    );
    expect(resolveLimits({ runBytes: 1000 }).lineBytes).toBe(250);
  });
});
