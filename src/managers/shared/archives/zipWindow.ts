import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import { fileChunks } from './inflate.ts';

const windowBytes = 256 * 1024;

/**
 * Reads a file through a window that moves along: entries and the table of contents lie in order in nearly every zip, so
 * that one read serves hundreds of them.
 */
export class ZipWindow extends RandomAccessReader {
  readonly #file: FileHandle;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  /** So many bytes, fewer only where the file ends. They never change, but are a view of the whole window. */
  async bytes(start: number, count: number): Promise<Buffer> {
    const known = this.#known(start, count);
    if (known !== undefined) return known;
    const wanted = Buffer.allocUnsafeSlow(Math.max(count, windowBytes));
    let filled = 0;
    while (filled < wanted.length) {
      const { bytesRead } = await this.#file.read(wanted, filled, wanted.length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#window = wanted.subarray(0, filled);
    this.#start = start;
    return this.#window.subarray(0, count);
  }

  #known(start: number, count: number): Buffer | undefined {
    const from = start - this.#start;
    return from >= 0 && from + count <= this.#window.length ? this.#window.subarray(from, from + count) : undefined;
  }

  // yauzl asks for 46 bytes and a name at a time; an answer at once spares two turns of the event loop for each entry.
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const known = this.#known(position, length);
    if (known !== undefined) return callback(null, known.copy(buffer, offset));
    void this.#answer(buffer, offset, length, position, callback);
  }

  async #answer(...[buffer, offset, length, position, callback]: Parameters<ZipWindow['read']>): Promise<void> {
    let copied: number;
    try {
      copied = (await this.bytes(position, length)).copy(buffer, offset);
    } catch (error) {
      return callback(error as Error);
    }
    callback(null, copied);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(fileChunks(this.#file, start, end));
  }

  /** The file is its opener's. */
  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}
