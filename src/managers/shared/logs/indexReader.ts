import { open } from 'node:fs/promises';

import { decodeRecord, type IndexRecord } from './records.ts';

const READ_BYTES = 64 * 1024;
const NEWLINE = 10;

export interface IndexedRecord {
  readonly record: IndexRecord;
  readonly offset: number;
  /** Length of its line, the line end included. */
  readonly bytes: number;
}

export interface RecordChunk {
  readonly records: readonly IndexedRecord[];
  /** Offset after the last whole line. */
  readonly end: number;
  /** Whole lines that are no record. */
  readonly damaged: number;
}

/** Reads the whole lines of an index between two offsets, in chunks. What follows the last line end is left out. */
export async function* readRecords(path: string, from: number, to: number): AsyncGenerator<RecordChunk> {
  const handle = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let position = from;
    while (position < to) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, to - position));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      const start = position - rest.length;
      position += bytesRead;
      const bytes =
        rest.length > 0 ? Buffer.concat([rest, buffer.subarray(0, bytesRead)]) : buffer.subarray(0, bytesRead);
      const { chunk, used } = decode(bytes, start);
      rest = bytes.subarray(used);
      if (used > 0) yield chunk;
    }
  } finally {
    await handle.close();
  }
}

function decode(bytes: Buffer, start: number): { chunk: RecordChunk; used: number } {
  const records: IndexedRecord[] = [];
  let damaged = 0;
  let at = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
    const record = decodeRecord(bytes.toString('utf8', at, end));
    if (record === undefined) damaged += 1;
    else records.push({ record, offset: start + at, bytes: end + 1 - at });
    at = end + 1;
  }
  return { chunk: { records, end: start + at, damaged }, used: at };
}
