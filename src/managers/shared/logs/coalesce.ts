import { BATCH_LINES } from './limits.ts';
import type { BatchRecord, ByteRange, IndexRecord } from './records.ts';

/**
 * Joins neighbouring batches of one run into one. Used only when the index cannot be written for so long that the waiting
 * records would fill the memory: the lines stay, their times and the order of stdout against stderr become coarser.
 */
export function coalesce(records: readonly IndexRecord[]): IndexRecord[] {
  const joined: IndexRecord[] = [];
  for (const record of records) {
    const last = joined.at(-1);
    if (record.t === 'batch' && last?.t === 'batch' && canJoin(last, record))
      joined[joined.length - 1] = join(last, record);
    else joined.push(record);
  }
  return joined;
}

function canJoin(a: BatchRecord, b: BatchRecord): boolean {
  return a.run === b.run && a.seq + a.n === b.seq && !a.outFin && !a.errFin && a.n + b.n <= BATCH_LINES;
}

function join(a: BatchRecord, b: BatchRecord): BatchRecord {
  const out = spanOf(a.out, b.out);
  const err = spanOf(a.err, b.err);
  return {
    ...b,
    seq: a.seq,
    n: a.n + b.n,
    time: a.time,
    ...(out ? { out } : {}),
    ...(err ? { err } : {}),
  };
}

function spanOf(a: ByteRange | undefined, b: ByteRange | undefined): ByteRange | undefined {
  return a && b ? [a[0], b[1]] : (a ?? b);
}
