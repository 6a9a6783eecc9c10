/** A stretch of a text: UTF-16 offsets, the end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Lines and columns as editors count them: from 1, in UTF-16 units, the end exclusive. */
export interface LineRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Turns offsets into lines and columns. Offsets outside the text are moved to its nearest end. */
export class TextPositions {
  readonly #length: number;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#length = text.length;
    this.#starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (found) => found.index + found[0].length)];
  }

  /** A range that is empty, or ends before it starts, becomes one character long where there is one. */
  lines({ start, end }: TextRange): LineRange {
    const from = Math.min(Math.max(0, start), this.#length);
    const to = Math.min(Math.max(from + 1, end), this.#length);
    const [line, column] = this.#at(from);
    const [endLine, endColumn] = this.#at(to);
    return { line, column, endLine, endColumn };
  }

  #at(offset: number): readonly [line: number, column: number] {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - (this.#starts[low] ?? 0) + 1];
  }
}
