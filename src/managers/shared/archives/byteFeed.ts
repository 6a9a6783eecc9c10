import type { Problems } from './problems.ts';

const empty = Buffer.alloc(0);

/** Hands out a stream of bytes in the pieces that its reader asks for. */
export class ByteFeed {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #problems: Problems;
  #rest: Buffer = empty;

  constructor(chunks: AsyncIterable<Buffer>, problems: Problems) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#problems = problems;
  }

  /** One to `most` bytes, none at the end. */
  async some(most: number): Promise<Buffer> {
    if (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return empty;
      this.#rest = next.value;
    }
    const bytes = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  /** Exactly so many bytes. Throws that the archive is damaged when it ends before. */
  async take(count: number): Promise<Buffer> {
    if (this.#rest.length >= count) return await this.some(count);
    const pieces: Buffer[] = [];
    for await (const piece of this.pieces(count)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** The same, piece by piece. */
  async *pieces(count: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = count; left > 0;) {
      const piece = await this.some(left);
      if (piece.length === 0) throw this.#problems.damaged('it ends too early');
      left -= piece.length;
      yield piece;
    }
  }

  /** Reads to the end, for the sake of the checksums that stand there. */
  async finish(): Promise<void> {
    this.#rest = empty;
    while ((await this.#chunks.next()).done !== true);
  }
}
