import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { chunkBytesFor } from './limits.ts';
import type { Publisher } from './publisher.ts';
import { encodeRecord } from './records.ts';
import type { RunFileSet } from './runFiles.ts';
import { batchRecord, newestLines, RunTail, type ReadBatch } from './runTail.ts';
import { batchBytes, type LogState, type RunState } from './state.ts';
import type { Trimmer } from './trimmer.ts';
import type { LogLimits } from './types.ts';

/** Pause after a failed read. Milliseconds. */
const RETRY_MS = 500;
/** So many chunks are read at once while nobody follows. */
const CHUNKS_AT_ONCE = 4;

export interface IngestParts {
  readonly state: LogState;
  readonly files: RunFileSet;
  readonly publisher: Publisher;
  readonly trimmer: Trimmer;
  readonly clock: Clock;
  readonly limits: LogLimits;
  readonly onProblem: (message: string) => void;
  readonly onGrowth: (bytes: number) => void;
  readonly isFollowed: () => boolean;
  /** Asks for another `readAll`. */
  readonly readAgain: () => void;
}

/** Takes what the live runs of one log write into the index. Its methods must not overlap. */
export class Ingest {
  readonly #parts: IngestParts;
  readonly #live = new Map<number, RunTail>();
  /** Runs whose last read failed: said once, until a read succeeds. */
  readonly #unreadable = new Set<number>();

  constructor(parts: IngestParts) {
    this.#parts = parts;
  }

  get liveRuns(): readonly RunState[] {
    return [...this.#live.values()].map(({ run }) => run);
  }

  begin(run: RunState): void {
    if (!this.#live.has(run.no)) this.#live.set(run.no, this.#tailOf(run));
  }

  /** Reads what is left of a run, a last line without a line end included. */
  async end(run: RunState): Promise<void> {
    await this.#read(this.#live.get(run.no) ?? this.#tailOf(run), true);
    this.#live.delete(run.no);
  }

  stop(): void {
    this.#live.clear();
  }

  /** Reads what all live runs have written so far; true when there was anything. Never fails. */
  async readAll(): Promise<boolean> {
    let found = false;
    for (const tail of [...this.#live.values()]) {
      try {
        if (await this.#read(tail, false)) found = true;
        this.#unreadable.delete(tail.run.no);
      } catch (error) {
        this.#retry(tail.run, error);
      }
    }
    return found;
  }

  #tailOf(run: RunState): RunTail {
    const { files, limits, isFollowed } = this.#parts;
    const chunkBytes = chunkBytesFor(limits);
    // A flood must not run away from those who follow it, or the limit drops what they have not read yet.
    return new RunTail(run, files.of(run), { chunkBytes, chunksAtOnce: () => (isFollowed() ? 1 : CHUNKS_AT_ONCE) });
  }

  /** Goes back to what the index says, so that nothing read but not committed is lost, and tries again later. */
  #retry(run: RunState, error: unknown): void {
    const { clock, onProblem, readAgain } = this.#parts;
    if (!this.#unreadable.has(run.no)) {
      this.#unreadable.add(run.no);
      onProblem(`The output of run ${run.id} could not be read: ${messageOf(error)}`);
    }
    this.#live.set(run.no, this.#tailOf(run));
    clock.after(RETRY_MS, readAgain);
  }

  async #read(tail: RunTail, final: boolean): Promise<boolean> {
    if (await tail.isTruncated()) await this.#restart(tail);
    return tail.read(final, (batch) => this.#commit(tail.run, batch));
  }

  async #restart(tail: RunTail): Promise<void> {
    const { state, publisher, trimmer, clock } = this.#parts;
    const { run, files } = tail;
    const lost = await tail.restart();
    await trimmer.markLost(run);
    if (lost > 0) trimmer.record({ t: 'drop', seq: state.nextSeq, n: 1, lines: 1, bytes: lost, time: clock.now() });
    trimmer.record({ t: 'base', run: run.no, out: files.out.base, err: files.err.base });
    await publisher.flush();
  }

  async #commit(run: RunState, batch: ReadBatch): Promise<void> {
    const { state, publisher, trimmer, clock, limits, onGrowth } = this.#parts;
    const record = batchRecord(batch, state.nextSeq, clock.now(), run.no);
    const bytes = Buffer.byteLength(encodeRecord(record));
    state.apply(record, bytes);
    // Of a flood, only what will still be in the ring at its end is decoded.
    const count = batch.bytesLeft < limits.ringBytes ? limits.ringLines : 0;
    publisher.enqueue(record, record.seq + record.n - 1, newestLines(batch, record, count, run.label));
    await publisher.flush();
    onGrowth(bytes + batchBytes(record));
    await trimmer.keepWithin(run);
  }
}
