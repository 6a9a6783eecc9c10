import type { LineTable } from './lineSplitter.ts';
import type { BatchRecord } from './records.ts';
import type { RunFiles } from './runFiles.ts';
import type { RunState } from './state.ts';
import { StreamTail, type TailChunk, type TailLimits } from './streamTail.ts';
import type { LogLine, LogSource } from './types.ts';

/** What was read at one moment from both files of a run. */
export interface ReadBatch {
  readonly out: TailChunk | undefined;
  readonly err: TailChunk | undefined;
  /** How much was there besides that comes after it. */
  readonly bytesLeft: number;
}

/** Follows both files of a live run. */
export class RunTail {
  readonly run: RunState;
  readonly files: RunFiles;
  readonly #out: StreamTail;
  readonly #err: StreamTail;

  constructor(run: RunState, files: RunFiles, reads: Pick<TailLimits, 'chunkBytes' | 'chunksAtOnce'>) {
    this.run = run;
    this.files = files;
    // After a truncation by somebody the file begins behind what the index has.
    const limits = { lineBytes: run.lineBytes, ...reads };
    this.#out = new StreamTail(files.out, limits, Math.max(run.out.to, files.out.start));
    this.#err = new StreamTail(files.err, limits, Math.max(run.err.to, files.err.start));
  }

  /**
   * Hands on what the files hold now, and no more, so that a busy child cannot hold its reader for ever.
   * With `final` a last line without a line end is handed on too. Returns whether there was anything new.
   */
  async read(final: boolean, onBatch: (batch: ReadBatch) => Promise<void>): Promise<boolean> {
    const outEnd = (await this.files.out.end()) ?? this.#out.consumed;
    const errEnd = (await this.files.err.end()) ?? this.#err.consumed;
    const isNew = outEnd > this.#out.seen || errEnd > this.#err.seen;
    if (!isNew && !final) return false;
    for (;;) {
      const out = await this.#out.next(outEnd, final);
      const err = await this.#err.next(errEnd, final);
      if (out === undefined && err === undefined) break;
      const bytesLeft = outEnd - this.#out.consumed + errEnd - this.#err.consumed;
      await onBatch({ out, err, bytesLeft });
    }
    this.#out.rest();
    this.#err.rest();
    return isNew;
  }

  /** Whether a file became shorter than what was read of it: somebody truncated it. */
  async isTruncated(): Promise<boolean> {
    const outEnd = await this.files.out.end();
    const errEnd = await this.files.err.end();
    return (outEnd ?? this.#out.seen) < this.#out.seen || (errEnd ?? this.#err.seen) < this.#err.seen;
  }

  /** Goes on at the beginning of the truncated files; returns how many bytes of begun lines are lost. */
  async restart(): Promise<number> {
    let lost = 0;
    for (const [file, tail] of [
      [this.files.out, this.#out],
      [this.files.err, this.#err],
    ] as const) {
      if (((await file.end()) ?? tail.seen) >= tail.seen) continue;
      lost += tail.abandonLine();
      await file.rebase(tail.consumed);
    }
    return lost;
  }
}

/** The index record of a batch. */
export function batchRecord({ out, err }: ReadBatch, seq: number, time: number, run: number): BatchRecord {
  return {
    t: 'batch',
    seq,
    n: (out?.lines.count ?? 0) + (err?.lines.count ?? 0),
    time,
    run,
    ...(out ? { out: [out.from, out.to] as const } : {}),
    ...(err ? { err: [err.from, err.to] as const } : {}),
    ...(out?.final ? { outFin: 1 as const } : {}),
    ...(err?.final ? { errFin: 1 as const } : {}),
  };
}

/** The newest lines of a batch, at most `count`: the others are decoded only if somebody reads them back. */
export function newestLines({ out, err }: ReadBatch, record: BatchRecord, count: number, from?: string): LogLine[] {
  const lines: LogLine[] = [];
  const outCount = out?.lines.count ?? 0;
  for (let at = Math.max(0, record.n - count); at < record.n; at += 1) {
    const inOut = at < outCount;
    const chunk = inOut ? out : err;
    if (chunk === undefined) continue;
    const inChunk = inOut ? at : at - outCount;
    lines.push(lineOf(chunk, inChunk, record, record.seq + at, inOut ? 'stdout' : 'stderr', from));
  }
  return lines;
}

function lineOf(
  chunk: TailChunk,
  at: number,
  { time }: BatchRecord,
  seq: number,
  source: LogSource,
  from: string | undefined,
): LogLine {
  const table: LineTable = chunk.lines;
  const text = table.text(chunk.bytes, at);
  const line: LogLine =
    from === undefined ? { kind: 'line', seq, time, source, text } : { kind: 'line', seq, time, source, from, text };
  return table.isContinued(at) ? { ...line, continued: true } : line;
}
