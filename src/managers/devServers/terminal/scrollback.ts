/** Bytes of output that a client gets which connects, or which could not keep up. */
export const scrollbackBytes = 256 * 1024;
/** How far into what is kept a line may end for the cut to be moved there. */
const longestCut = 8 * 1024;
const newline = 0x0a;

/** The last output of a program, in pieces as they came: nothing is copied until somebody asks. */
export class Scrollback {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #dropped = false;

  constructor(limit = scrollbackBytes) {
    this.#limit = limit;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    // Many tiny pieces would cost more than what is in them.
    if (this.#pieces.length > 1024) this.#pieces = [Buffer.concat(this.#pieces)];
    let [first] = this.#pieces;
    while (first !== undefined && this.#bytes - first.length >= this.#limit) {
      this.#pieces.shift();
      this.#bytes -= first.length;
      this.#dropped = true;
      [first] = this.#pieces;
    }
  }

  /** At most `limit` bytes; where something was cut off, it begins with a line, not within a character or a sequence. */
  snapshot(): Buffer {
    const all = Buffer.concat(this.#pieces);
    if (!this.#dropped && all.length <= this.#limit) return all;
    const last = all.subarray(Math.max(0, all.length - this.#limit));
    const end = last.subarray(0, longestCut).indexOf(newline);
    return end === -1 ? last : last.subarray(end + 1);
  }
}
