import { rm } from 'node:fs/promises';

import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { Compactor } from './compaction.ts';
import { DropPlanner, type DropPolicy } from './dropPlan.ts';
import type { HeadFreer } from './holes.ts';
import type { IndexFile } from './indexFile.ts';
import { KEEP_SHARE } from './limits.ts';
import type { Publisher } from './publisher.ts';
import type { IndexRecord } from './records.ts';
import { keptBytes, type LogState, type RunState } from './state.ts';
import type { RunFiles } from './runFiles.ts';

/** A compaction is worth its writes when it saves this many bytes and half of the index. */
const COMPACT_BYTES = 64 * 1024;

export interface TrimmerParts {
  readonly state: LogState;
  readonly index: IndexFile;
  readonly publisher: Publisher;
  readonly freer: HeadFreer;
  readonly clock: Clock;
  readonly runBytes: number;
  files(run: RunState): RunFiles;
  /** Readers must read again what they are reading. */
  dropped(): void;
  onProblem(message: string): void;
}

/** Keeps one log within its limits. Its methods must not overlap; the record of a drop is written before the bytes go. */
export class Trimmer {
  readonly #parts: TrimmerParts;

  constructor(parts: TrimmerParts) {
    this.#parts = parts;
  }

  /** Drops the oldest bytes of a run that is larger than its limit, and the oldest entries of an index that is. */
  async keepWithin(run: RunState | undefined): Promise<void> {
    const { runBytes, index } = this.#parts;
    if (run !== undefined && sizeOf(run) > runBytes) await this.shrink(run, runBytes * KEEP_SHARE);
    if (index.bytes > runBytes) {
      await this.#drop({ kind: 'oldest', freeBytes: index.bytes - runBytes * KEEP_SHARE }, 1);
    }
    await this.compactIfWorth();
  }

  /** Drops the oldest bytes of a run until at most `targetBytes` are left; its newest lines always stay. */
  async shrink(run: RunState, targetBytes: number): Promise<void> {
    const freeBytes = sizeOf(run) - targetBytes;
    if (freeBytes <= 0) return;
    await this.#dropHead(run, freeBytes);
  }

  /** Says as a gap that all bytes of the run so far were taken away by somebody. */
  async markLost(run: RunState): Promise<void> {
    await this.#dropHead(run, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  /** Removes a run that has ended, with its files. */
  async removeRun(run: RunState): Promise<void> {
    const files = this.#parts.files(run);
    await this.#drop({ kind: 'run', run: run.no }, 1, Number.POSITIVE_INFINITY, run);
    await removeFiles(files);
    await this.compactIfWorth();
  }

  async compactIfWorth(): Promise<void> {
    const { state, index } = this.#parts;
    if (state.deadBytes < COMPACT_BYTES || state.deadBytes < index.bytes / 2) return;
    const compactor = new Compactor(state);
    await index.rewrite(
      (record) => compactor.next(record),
      () => compactor.end(),
    );
    state.deadBytes = 0;
    state.forgetEmptyRuns();
  }

  #dropHead(run: RunState, freeBytes: number, keepFrom?: number): Promise<void> {
    const again = run.out.cut > 0 || run.err.cut > 0;
    const first = run.firstSeq ?? 1;
    const from = again ? (this.#parts.state.gaps.endBefore(first) ?? first) : first;
    return this.#drop({ kind: 'head', run: run.no, freeBytes, again }, from, keepFrom);
  }

  async #drop(policy: DropPolicy, fromSeq: number, keepFrom?: number, gone?: RunState): Promise<void> {
    const { state, index, publisher, clock } = this.#parts;
    await publisher.flush();
    const planner = new DropPlanner(policy, keepFrom ?? publisher.lastSeq);
    plan: for await (const chunk of index.from(fromSeq)) {
      for (const { record, bytes } of chunk) {
        if (record.t !== 'batch' && record.t !== 'line') continue;
        if (record.seq < fromSeq || state.gaps.at(record.seq) !== undefined) continue;
        if (!planner.add(record, bytes)) break plan;
      }
    }
    const { ranges, cuts, textIndexBytes } = planner.plan();
    const time = clock.now();
    const touched = [...cuts.keys()].flatMap((no) => state.runs.get(no) ?? []);
    for (const { from, to, lines, bytes } of ranges) {
      this.record({ t: 'drop', seq: from, n: to - from, lines, bytes, time });
      publisher.ring.dropBefore(to);
    }
    for (const [run, { out, err, index: freed }] of cuts) {
      this.record({ t: 'cut', run, out, err, index: freed, ...(run === gone?.no ? { gone: 1 } : {}) });
    }
    if (gone !== undefined && !cuts.has(gone.no)) {
      this.record({ t: 'cut', run: gone.no, out: gone.out.to, err: gone.err.to, index: 0, gone: 1 });
    }
    state.deadBytes += textIndexBytes;
    this.#parts.dropped();
    await publisher.flush();
    const end = ranges.at(-1)?.to;
    for (const run of touched) {
      if (end !== undefined && policy.kind === 'head') run.firstSeq = end;
      if (run !== gone) await this.#free(run);
    }
    // A full disk may have kept the record from being written; now there is room.
    await index.flush();
  }

  /** Applies a record to the state and queues it. */
  record(record: IndexRecord): void {
    this.#parts.state.apply(record, 0);
    this.#parts.publisher.enqueue(record, record.t === 'drop' ? record.seq + record.n - 1 : 0);
  }

  async #free(run: RunState): Promise<void> {
    const { freer } = this.#parts;
    const files = this.#parts.files(run);
    if (run.endedAt !== undefined && keptBytes(run) === 0) {
      await removeFiles(files);
      return;
    }
    for (const stream of ['out', 'err'] as const) {
      if (run[stream].cut <= run[stream].freed) continue;
      try {
        await freer.free(files[stream], run[stream].cut);
        run[stream].freed = run[stream].cut;
      } catch (error) {
        this.#parts.onProblem(`Old output in ${files[stream].path} could not be dropped: ${messageOf(error)}`);
      }
    }
    if (files.out.base !== run.out.base || files.err.base !== run.err.base) {
      this.record({ t: 'base', run: run.no, out: files.out.base, err: files.err.base });
    }
  }
}

function sizeOf(run: RunState): number {
  return keptBytes(run) + run.indexBytes;
}

async function removeFiles(files: RunFiles): Promise<void> {
  for (const path of [...files.out.paths, ...files.err.paths]) await rm(path, { force: true });
}
