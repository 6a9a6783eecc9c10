import { gapEntry, type Gaps } from './gaps.ts';
import { StaleIndexError, type IndexFile } from './indexFile.ts';
import { BATCH_LINES, CHUNK_BYTES } from './limits.ts';
import { LineTable, splitRange } from './lineSplitter.ts';
import { ReadBuffers } from './readBuffers.ts';
import type { BatchRecord, ByteRange, TextRecord } from './records.ts';
import { batchBytes } from './state.ts';
import type { StreamFile } from './streamFile.ts';
import type { LogEntry, LogLine, LogSource } from './types.ts';

/** What reading back needs to know of a log. */
export interface HistorySource {
  readonly index: IndexFile;
  readonly gaps: Gaps;
  /** Changes whenever something is dropped: what was read meanwhile may be a hole. */
  epoch(): number;
  run(no: number): HistoryRun | undefined;
}

/** The files of a run, the piece length that cuts its lines, and whose lines they are. */
interface HistoryRun {
  readonly out: StreamFile;
  readonly err: StreamFile;
  readonly lineBytes: number;
  readonly label?: string | undefined;
}

/** Consecutive entries, and the sequence number to go on with. */
export interface HistoryGroup {
  readonly entries: readonly LogEntry[];
  readonly next: number;
}

type Item = BatchRecord | TextRecord;

const NOTHING = Buffer.alloc(0);

/** Reads entries back from disk, a group at a time: a few batches of one run, so that a reader's memory is bounded. */
export class History {
  readonly #source: HistorySource;
  readonly #buffers = new ReadBuffers();
  readonly #table = new LineTable();

  constructor(source: HistorySource) {
    this.#source = source;
  }

  /** Entries from sequence number `next` on and before `stop`: at least one if there is any, not necessarily all. */
  async read(next: number, stop: number): Promise<HistoryGroup> {
    for (;;) {
      if (next >= stop) return { entries: [], next };
      const epoch = this.#source.epoch();
      const gap = this.#source.gaps.at(next);
      if (gap !== undefined) {
        const to = Math.min(gap.to, stop);
        return { entries: [gapEntry({ ...gap, to }, next)], next: to };
      }
      const end = Math.min(stop, this.#source.gaps.nextFrom(next));
      try {
        const items = await this.#collect(next, end);
        const entries = await this.#assemble(items, next, end);
        if (epoch === this.#source.epoch()) return { entries, next: Math.min(end, afterLast(items, end)) };
      } catch (error) {
        if (!(error instanceof StaleIndexError) && epoch === this.#source.epoch()) throw error;
      }
    }
  }

  /** Nobody reads for now: keeps no memory. */
  rest(): void {
    this.#buffers.clear();
  }

  async #collect(next: number, end: number): Promise<Item[]> {
    const items: Item[] = [];
    let run: number | undefined;
    let bytes = 0;
    let lines = 0;
    for await (const chunk of this.#source.index.from(next, this.#buffers)) {
      for (const { record } of chunk) {
        if (record.t !== 'batch' && record.t !== 'line') continue;
        if (lastOf(record) < next) continue;
        if (record.seq >= end) return items;
        if (record.t === 'batch') {
          if (run !== undefined && run !== record.run) return items;
          run = record.run;
          bytes += batchBytes(record);
        } else {
          bytes += record.text.length;
        }
        items.push(record);
        lines += record.t === 'batch' ? record.n : 1;
        if (bytes >= CHUNK_BYTES || lines >= BATCH_LINES) return items;
      }
    }
    return items;
  }

  async #assemble(items: readonly Item[], next: number, end: number): Promise<LogEntry[]> {
    // An index that lost its records is said as a gap as well; a reader must never wait for what cannot come.
    if (items.length === 0) return [gapEntry({ from: next, to: end, lines: end - next, bytes: 0, time: 0 }, next)];
    const batches = items.filter((item) => item.t === 'batch');
    const run = batches[0] ? this.#source.run(batches[0].run) : undefined;
    const taken: Buffer[] = [];
    const read = async (stream: 'out' | 'err'): Promise<Span> => {
      const ranges = batches.flatMap((batch) => (batch[stream] ? [batch[stream]] : []));
      const from = ranges[0]?.[0] ?? 0;
      const to = ranges.at(-1)?.[1] ?? from;
      if (run === undefined || to === from) return { bytes: NOTHING, from };
      const buffer = this.#buffers.take(to - from);
      taken.push(buffer);
      return { bytes: await run[stream].read(from, to, buffer), from };
    };
    try {
      const spans = { out: await read('out'), err: await read('err') };
      return this.#decode(items, spans, run, next, end);
    } finally {
      for (const buffer of taken) this.#buffers.give(buffer);
    }
  }

  #decode(
    items: readonly Item[],
    spans: Readonly<Record<'out' | 'err', Span>>,
    run: Pick<HistoryRun, 'lineBytes' | 'label'> | undefined,
    next: number,
    end: number,
  ): LogEntry[] {
    const lineBytes = run?.lineBytes ?? Number.POSITIVE_INFINITY;
    const from = run?.label;
    const entries: LogEntry[] = [];
    const table = this.#table;
    for (const item of items) {
      if (item.t === 'line') {
        entries.push(textEntry(item));
        continue;
      }
      const before = entries.length;
      let seq = item.seq;
      const decode = (span: Span, range: ByteRange | undefined, final: boolean, source: LogSource): void => {
        if (range === undefined) return;
        const bytes = span.bytes.subarray(range[0] - span.from, range[1] - span.from);
        if (bytes.length < range[1] - range[0]) return;
        table.reset();
        splitRange(bytes, lineBytes, final, table);
        for (let at = 0; at < table.count; at += 1, seq += 1) {
          if (seq < next || seq >= end) continue;
          const text = table.text(bytes, at);
          const line: LogLine =
            from === undefined
              ? { kind: 'line', seq, time: item.time, source, text }
              : { kind: 'line', seq, time: item.time, source, from, text };
          entries.push(table.isContinued(at) ? { ...line, continued: true } : line);
        }
      };
      decode(spans.out, item.out, item.outFin === 1, 'stdout');
      decode(spans.err, item.err, item.errFin === 1, 'stderr');
      if (seq === item.seq + item.n) continue;
      // Somebody took bytes away that the index tells of: said as a gap, so that the numbers stay in step.
      entries.length = before;
      entries.push(missing(item, next, end));
    }
    return entries;
  }
}

interface Span {
  readonly bytes: Buffer;
  readonly from: number;
}

function textEntry({ seq, time, source, from, text, cont }: TextRecord): LogEntry {
  const about = from === undefined ? {} : { from };
  return { kind: 'line', seq, time, source, ...about, text, ...(cont ? { continued: true } : {}) };
}

function lastOf(item: Item): number {
  return item.t === 'batch' ? item.seq + item.n - 1 : item.seq;
}

function afterLast(items: readonly Item[], end: number): number {
  const last = items.at(-1);
  return last ? lastOf(last) + 1 : end;
}

function missing(batch: BatchRecord, next: number, end: number): LogEntry {
  const gap = { from: batch.seq, to: batch.seq + batch.n, lines: batch.n, bytes: batchBytes(batch), time: batch.time };
  return gapEntry({ ...gap, to: Math.min(gap.to, end) }, Math.max(next, gap.from));
}
