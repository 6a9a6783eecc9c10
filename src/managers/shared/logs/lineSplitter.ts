const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Where lines lie in a buffer. Reused between calls, because millions of lines pass through it and few are decoded. */
export class LineTable {
  #starts = new Int32Array(256);
  #ends = new Int32Array(256);
  #continued = new Uint8Array(256);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }

  add(start: number, end: number, continued: boolean): void {
    if (this.#count === this.#starts.length) this.#grow();
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#continued[this.#count] = continued ? 1 : 0;
    this.#count += 1;
  }

  /** Decodes one line. Invalid UTF-8 becomes U+FFFD. */
  text(bytes: Buffer, index: number): string {
    return bytes.toString('utf8', this.#starts[index] ?? 0, this.#ends[index] ?? 0);
  }

  isContinued(index: number): boolean {
    return this.#continued[index] === 1;
  }

  #grow(): void {
    const size = this.#starts.length * 2;
    const wider = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const next = new Int32Array(size);
      next.set(old);
      return next;
    };
    this.#starts = wider(this.#starts);
    this.#ends = wider(this.#ends);
    const flags = new Uint8Array(size);
    flags.set(this.#continued);
    this.#continued = flags;
  }
}

/**
 * Appends the whole lines of `bytes` to `table`, at most `maxLines` in all, and returns how many bytes they take (line
 * ends included). A line of more than `lineBytes` bytes is cut into pieces of at most that. The cuts depend only on
 * where the line begins, never on how the bytes arrived: reading the same range again gives the same lines.
 */
export function splitLines(bytes: Buffer, lineBytes: number, maxLines: number, table: LineTable): number {
  let start = 0;
  while (table.count < maxLines) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    while (end - start > lineBytes) {
      if (table.count >= maxLines) return start;
      const cut = characterBoundary(bytes, start + lineBytes);
      table.add(start, cut, true);
      start = cut;
    }
    if (newline < 0 || table.count >= maxLines) return start;
    const hasReturn = newline > start && bytes[newline - 1] === CARRIAGE_RETURN;
    table.add(start, hasReturn ? newline - 1 : newline, false);
    start = newline + 1;
  }
  return start;
}

/**
 * Splits a recorded range, which begins and ends between entries. What follows the last newline is a piece that was
 * cut, or, with `final`, a last line without a line end.
 */
export function splitRange(bytes: Buffer, lineBytes: number, final: boolean, table: LineTable): void {
  const used = splitLines(bytes, lineBytes, Number.POSITIVE_INFINITY, table);
  if (used < bytes.length) table.add(used, bytes.length, !final);
}

/** The nearest position at or before `at` where no character is cut in two. */
function characterBoundary(bytes: Buffer, at: number): number {
  for (let back = 0; back <= 3; back += 1) {
    if (((bytes[at - back] ?? 0) & 0xc0) !== 0x80) return at - back;
  }
  // Four continuation bytes in a row are no character, so nothing can be cut here.
  return at;
}
