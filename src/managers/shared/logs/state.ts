import { Gaps } from './gaps.ts';
import type { BatchRecord, ByteRange, IndexRecord } from './records.ts';

/** Offsets in one of a run's files, all counted from the beginning of the run. */
export interface StreamState {
  /** Everything before is in the index. */
  to: number;
  /** Everything before was dropped. */
  cut: number;
  /** Offset of the file's first byte; more than 0 after a truncation. */
  base: number;
  /** Up to here this daemon has given the disk blocks back. */
  freed: number;
}

export interface RunState {
  readonly no: number;
  readonly id: string;
  readonly label: string | undefined;
  readonly lineBytes: number;
  readonly out: StreamState;
  readonly err: StreamState;
  /** Milliseconds since the epoch; undefined while the run lives. */
  endedAt: number | undefined;
  /** Bytes of the index that tell of this run's kept batches. */
  indexBytes: number;
  firstSeq: number | undefined;
}

/** What the index says, as a fold over its records: the same fold on opening and while running. */
export class LogState {
  readonly runs = new Map<number, RunState>();
  readonly gaps = new Gaps();
  /** Runs that were removed; their files may still be there after a kill. */
  readonly goneIds: string[] = [];
  nextSeq = 1;
  nextRun = 1;
  /** Bytes of the index that a compaction would save. */
  deadBytes = 0;

  apply(record: IndexRecord, bytes: number): void {
    switch (record.t) {
      case 'begin': {
        this.#begin(record, bytes);
        break;
      }
      case 'end': {
        const run = this.runs.get(record.run);
        if (run === undefined) break;
        run.endedAt = record.time;
        if (keptBytes(run) === 0) this.deadBytes += bytes;
        break;
      }
      case 'batch': {
        this.#advance(record.seq, record.n, record.time);
        const run = this.runs.get(record.run);
        if (run === undefined) break;
        run.firstSeq ??= record.seq;
        run.indexBytes += bytes;
        if (record.out) run.out.to = Math.max(run.out.to, record.out[1]);
        if (record.err) run.err.to = Math.max(run.err.to, record.err[1]);
        break;
      }
      case 'line':
        this.#advance(record.seq, 1, record.time);
        break;
      case 'drop':
        if (record.seq >= this.nextSeq) this.#advance(record.seq, record.n, record.time);
        this.gaps.add({
          from: record.seq,
          to: record.seq + record.n,
          lines: record.lines,
          bytes: record.bytes,
          time: record.time,
        });
        this.deadBytes += bytes;
        break;
      case 'cut': {
        this.deadBytes += bytes + record.index;
        const run = this.runs.get(record.run);
        if (run === undefined) break;
        if (record.gone) {
          this.runs.delete(record.run);
          this.goneIds.push(run.id);
        }
        advanceCut(run.out, record.out);
        advanceCut(run.err, record.err);
        run.indexBytes = Math.max(0, run.indexBytes - record.index);
        break;
      }
      case 'base': {
        const run = this.runs.get(record.run);
        this.deadBytes += bytes;
        if (run !== undefined) {
          run.out.base = record.out ?? run.out.base;
          run.err.base = record.err ?? run.err.base;
        }
        break;
      }
    }
  }

  /** The newest run of this id. */
  runOf(id: string): RunState | undefined {
    return [...this.runs.values()].findLast((run) => run.id === id);
  }

  /** Forgets the ended runs of which nothing is kept. */
  forgetEmptyRuns(): void {
    for (const run of this.runs.values()) {
      if (run.endedAt !== undefined && keptBytes(run) === 0) this.runs.delete(run.no);
    }
  }

  #begin(record: Extract<IndexRecord, { t: 'begin' }>, bytes: number): void {
    this.nextRun = Math.max(this.nextRun, record.run + 1);
    const known = this.runs.get(record.run);
    if (known !== undefined) {
      // A run that was thought to have ended is followed again.
      known.endedAt = undefined;
      this.deadBytes += bytes;
      return;
    }
    const out = record.out ?? 0;
    const err = record.err ?? 0;
    this.runs.set(record.run, {
      no: record.run,
      id: record.id,
      label: record.label,
      lineBytes: record.line,
      out: { to: out, cut: out, base: record.outBase ?? 0, freed: 0 },
      err: { to: err, cut: err, base: record.errBase ?? 0, freed: 0 },
      endedAt: undefined,
      indexBytes: 0,
      firstSeq: undefined,
    });
  }

  #advance(seq: number, n: number, time: number): void {
    // A record was lost to damage of the file: what it told of is missing, and that is said.
    if (seq > this.nextSeq) this.gaps.add({ from: this.nextSeq, to: seq, lines: seq - this.nextSeq, bytes: 0, time });
    this.nextSeq = Math.max(this.nextSeq, seq + n);
  }
}

/** Bytes of both files that are in the index and not dropped. */
export function keptBytes(run: RunState): number {
  return run.out.to - run.out.cut + (run.err.to - run.err.cut);
}

export function batchBytes(batch: BatchRecord): number {
  return lengthOf(batch.out) + lengthOf(batch.err);
}

function lengthOf(range: ByteRange | undefined): number {
  return range ? range[1] - range[0] : 0;
}

function advanceCut(stream: StreamState, cut: number): void {
  stream.cut = Math.max(stream.cut, cut);
  stream.to = Math.max(stream.to, stream.cut);
}
