import { open } from 'node:fs/promises';

import { ReadBuffers } from './readBuffers.ts';
import { decodeRecord, type IndexRecord } from './records.ts';

/** Most reads want a few records: the first read is short, each that follows twice as long. */
const FIRST_BYTES = 8 * 1024;
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

/**
 * Reads the whole lines of an index between two offsets, in chunks. What follows the last line end is left out.
 * `buffers` is for those who read often.
 */
export async function* readRecords(
  path: string,
  from: number,
  to: number,
  buffers = new ReadBuffers(),
): AsyncGenerator<RecordChunk> {
  const handle = await open(path, 'r');
  let length = FIRST_BYTES;
  let buffer = buffers.take(length);
  try {
    /** Bytes of a begun line at the beginning of the buffer. */
    let begun = 0;
    let position = from;
    while (position < to) {
      const { bytesRead } = await handle.read(buffer, begun, Math.min(length - begun, to - position), position);
      if (bytesRead === 0) return;
      const start = position - begun;
      position += bytesRead;
      const bytes = buffer.subarray(0, begun + bytesRead);
      const { chunk, used } = decode(bytes, start);
      if (used > 0) yield chunk;
      begun = bytes.length - used;
      if (length < READ_BYTES || begun === length) length *= 2;
      const before = buffer;
      if (buffer.length < length) buffer = buffers.take(length);
      before.copy(buffer, 0, used, bytes.length);
      if (before !== buffer) buffers.give(before);
    }
  } finally {
    buffers.give(buffer);
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
