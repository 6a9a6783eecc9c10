import { BATCH_LINES } from './limits.ts';
import { LineTable, splitLines } from './lineSplitter.ts';
import type { StreamFile } from './streamFile.ts';

/** Whole lines (or pieces) that were read, and where they lie. */
export interface TailChunk {
  /** This and the lines are valid until the next read of the same stream. */
  readonly bytes: Buffer;
  readonly lines: LineTable;
  readonly from: number;
  readonly to: number;
  /** The chunk is a last line without a line end. */
  readonly final: boolean;
}

export interface TailLimits {
  readonly lineBytes: number;
  readonly chunkBytes: number;
  /** How many chunks the next read takes from the file in one go. */
  chunksAtOnce(): number;
}

const NOTHING = Buffer.alloc(0);

/** Follows one growing file, line by line. A line that has not ended yet stays in the file, not in memory. */
export class StreamTail {
  readonly #file: StreamFile;
  readonly #limits: TailLimits;
  readonly #table = new LineTable();
  #buffer: Buffer | undefined;
  /** What was read last, and where it lies. */
  #held: Buffer = NOTHING;
  #heldFrom = 0;
  #consumed: number;
  /** No line end lies between #consumed and here. */
  #scanned: number;

  constructor(file: StreamFile, limits: TailLimits, consumed: number) {
    this.#file = file;
    this.#limits = limits;
    this.#consumed = consumed;
    this.#scanned = consumed;
  }

  get consumed(): number {
    return this.#consumed;
  }

  /** How far the file has been looked at; a shorter file was truncated by somebody. */
  get seen(): number {
    return this.#scanned;
  }

  /** Gives up a begun line whose bytes are gone; returns how many there were. */
  abandonLine(): number {
    const lost = this.#scanned - this.#consumed;
    this.#consumed = this.#scanned;
    return lost;
  }

  /** The next lines that are whole when the file reaches to `end`; with `final` also a last line without a line end. */
  async next(end: number, final: boolean): Promise<TailChunk | undefined> {
    const { lineBytes } = this.#limits;
    while (this.#scanned < end) {
      if (this.#scanned === this.#consumed) {
        const bytes = await this.#read(this.#consumed, end);
        if (bytes.length === 0) return undefined;
        const chunk = this.#take(bytes);
        if (chunk !== undefined) return chunk;
        this.#scanned += bytes.length;
        continue;
      }
      const part = await this.#read(this.#scanned, end);
      if (part.length === 0) return undefined;
      const newline = part.indexOf(10);
      const known = this.#scanned + (newline < 0 ? part.length : newline + 1);
      if (newline < 0 && known - this.#consumed <= lineBytes) {
        this.#scanned = known;
        continue;
      }
      // One line or one piece, read in one go now that it is known to be complete.
      const bytes = await this.#file.read(this.#consumed, Math.min(known, this.#consumed + lineBytes + 1));
      const chunk = this.#take(bytes);
      if (chunk === undefined) return undefined;
      return chunk;
    }
    return final && end > this.#consumed ? this.#takeRest(end) : undefined;
  }

  /** Keeps no memory until the next read. */
  rest(): void {
    this.#buffer = undefined;
    this.#held = NOTHING;
  }

  /** A chunk from `from` on, or what there is of it before `end`. */
  async #read(from: number, end: number): Promise<Buffer> {
    const { chunkBytes } = this.#limits;
    const to = Math.min(end, from + chunkBytes);
    if (from < this.#heldFrom || to > this.#heldFrom + this.#held.length) {
      const bytes = chunkBytes * this.#limits.chunksAtOnce();
      if (this.#buffer === undefined || this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(bytes);
      this.#held = await this.#file.read(from, Math.min(end, from + bytes), this.#buffer);
      this.#heldFrom = from;
    }
    return this.#held.subarray(from - this.#heldFrom, to - this.#heldFrom);
  }

  #take(bytes: Buffer): TailChunk | undefined {
    this.#table.reset();
    const used = splitLines(bytes, this.#limits.lineBytes, BATCH_LINES, this.#table);
    if (used === 0) return undefined;
    const from = this.#consumed;
    this.#consumed += used;
    this.#scanned = this.#consumed;
    return { bytes, lines: this.#table, from, to: this.#consumed, final: false };
  }

  async #takeRest(end: number): Promise<TailChunk | undefined> {
    const from = this.#consumed;
    const bytes = await this.#file.read(from, end);
    if (bytes.length < end - from) return undefined;
    this.#table.reset();
    this.#table.add(0, bytes.length, false);
    this.#consumed = end;
    this.#scanned = end;
    return { bytes, lines: this.#table, from, to: end, final: true };
  }
}
