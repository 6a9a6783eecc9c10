import { open, rename, rm, type FileHandle } from 'node:fs/promises';

import { errnoOf, messageOf } from '../errors.ts';
import { coalesce } from './coalesce.ts';
import { readRecords, type IndexedRecord } from './indexReader.ts';
import type { ReadBuffers } from './readBuffers.ts';
import { encodeRecord, type IndexRecord } from './records.ts';
import { Mutex } from '../mutex.ts';

const CHECKPOINT_EVERY = 64;
/** So many unwritten records may wait as they are; more are joined. */
const MAX_PENDING = 10_000;

interface Pending {
  readonly record: IndexRecord;
  readonly text: string;
}

/** The index was rewritten while it was being read: begin again. */
export class StaleIndexError extends Error {
  override readonly name = 'StaleIndexError';
}

/**
 * The append-only index file of one resource. Appending never fails: what cannot be written (a full disk) stays in memory,
 * can be read from there, and is written with the next append. Only every 64th record's place is held in memory.
 */
export class IndexFile {
  readonly #path: string;
  readonly #onProblem: (message: string) => void;
  readonly #mutex = new Mutex();
  #handle: FileHandle | undefined;
  #written = 0;
  #pending: Pending[] = [];
  #failed = false;
  #generation = 0;
  #marks: { seq: number; offset: number }[] = [];
  #sinceMark = 0;

  constructor(path: string, onProblem: (message: string) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#written;
  }

  /** Number of records that could not be written yet. */
  get unwritten(): number {
    return this.#pending.length;
  }

  /** Hands on every record, oldest first; cuts off a torn last line. */
  async load(onRecord: (record: IndexRecord, bytes: number) => void): Promise<void> {
    await rm(this.#temporary, { force: true });
    let size: number;
    try {
      const handle = await open(this.#path, 'r+');
      size = (await handle.stat()).size;
      await handle.close();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      throw error;
    }
    for await (const chunk of readRecords(this.#path, 0, size)) {
      for (const { record, offset, bytes } of chunk.records) {
        this.#mark(record, offset);
        onRecord(record, bytes);
      }
      this.#written = chunk.end;
      if (chunk.damaged > 0) {
        this.#onProblem(
          `${chunk.damaged} unreadable lines in ${this.#path} were skipped; what they told of is missing.`,
        );
      }
    }
    if (this.#written < size) {
      const handle = await open(this.#path, 'r+');
      await handle.truncate(this.#written).finally(() => handle.close());
    }
  }

  /** Appends records; resolves when they are on disk, or when that failed and they are held in memory instead. */
  append(records: readonly IndexRecord[]): Promise<void> {
    this.#pending.push(...records.map(toPending));
    return this.#mutex.run(() => this.#flush());
  }

  /** Tries once more to write what could not be written. */
  flush(): Promise<void> {
    return this.#mutex.run(() => this.#flush());
  }

  /**
   * The records from one that is at or before `seq` on, in chunks, the unwritten ones included.
   * Throws StaleIndexError when the file is rewritten meanwhile.
   */
  async *from(seq: number, buffers?: ReadBuffers): AsyncGenerator<readonly IndexedRecord[]> {
    const generation = this.#generation;
    let offset = this.#offsetBefore(seq);
    for (;;) {
      const end = this.#written;
      if (offset >= end) break;
      for await (const chunk of readRecords(this.#path, offset, end, buffers)) {
        if (generation !== this.#generation) throw new StaleIndexError();
        yield chunk.records;
        if (generation !== this.#generation) throw new StaleIndexError();
      }
      offset = end;
    }
    yield this.#pending.map(({ record, text }) => ({ record, offset, bytes: Buffer.byteLength(text) }));
  }

  /** Replaces the file by what `next` and `end` make of its records. A kill at any moment leaves the old or the new file. */
  rewrite(next: (record: IndexRecord) => readonly IndexRecord[], end: () => readonly IndexRecord[]): Promise<void> {
    return this.#mutex.run(async () => {
      await this.#flush();
      if (this.#pending.length > 0) return;
      const marks = this.#marks;
      const handle = await open(this.#temporary, 'w', 0o600);
      let size = 0;
      this.#marks = [];
      try {
        const write = async (records: readonly IndexRecord[]): Promise<void> => {
          let text = '';
          for (const record of records) {
            this.#mark(record, size + Buffer.byteLength(text));
            text += encodeRecord(record);
          }
          await writeAll(handle, text, size);
          size += Buffer.byteLength(text);
        };
        for await (const chunk of readRecords(this.#path, 0, this.#written)) {
          await write(chunk.records.flatMap(({ record }) => next(record)));
        }
        await write(end());
        await handle.sync();
        await this.#closeHandle();
        await rename(this.#temporary, this.#path);
      } catch (error) {
        this.#marks = marks;
        await rm(this.#temporary, { force: true });
        this.#onProblem(`The log index ${this.#path} could not be compacted: ${messageOf(error)}`);
        return;
      } finally {
        await handle.close();
      }
      this.#written = size;
      this.#generation += 1;
    });
  }

  /** Closes the file until the next append; reading does not need it open. */
  close(): Promise<void> {
    return this.#mutex.run(() => this.#closeHandle());
  }

  get #temporary(): string {
    return `${this.#path}.tmp`;
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #flush(): Promise<void> {
    const batch = this.#pending;
    if (batch.length === 0) return;
    const count = batch.length;
    let text = '';
    for (const { text: line } of batch) text += line;
    try {
      this.#handle ??= await openForWriting(this.#path);
      const written = await writeAll(this.#handle, text, this.#written);
      // A failed attempt may have left more behind than this one wrote.
      if (this.#failed) await this.#handle.truncate(this.#written + written);
    } catch (error) {
      if (!this.#failed) this.#onProblem(`The log index ${this.#path} cannot be written: ${messageOf(error)}`);
      this.#failed = true;
      if (this.#pending.length > MAX_PENDING) {
        this.#pending = coalesce(this.#pending.map(({ record }) => record)).map(toPending);
      }
      return;
    }
    this.#failed = false;
    for (const { record, text: line } of batch.slice(0, count)) {
      this.#mark(record, this.#written);
      this.#written += Buffer.byteLength(line);
    }
    this.#pending = this.#pending.slice(count);
  }

  #mark(record: IndexRecord, offset: number): void {
    if (record.t !== 'batch' && record.t !== 'line') return;
    if (this.#sinceMark === 0 || this.#marks.length === 0) this.#marks.push({ seq: record.seq, offset });
    this.#sinceMark = (this.#sinceMark + 1) % CHECKPOINT_EVERY;
  }

  #offsetBefore(seq: number): number {
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#marks[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#marks[low - 1]?.offset ?? 0;
  }
}

function toPending(record: IndexRecord): Pending {
  return { record, text: encodeRecord(record) };
}

/** Opens without append mode: a retry must be able to write over what a failed attempt left behind. */
async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return open(path, 'wx+', 0o600);
  }
}

async function writeAll(handle: FileHandle, text: string, position: number): Promise<number> {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
  return done;
}
