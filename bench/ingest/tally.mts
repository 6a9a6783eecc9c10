/** What a follower of a flood must have got when it is over, see test/support/flood.mjs. */
export interface Result {
  readonly lines: number;
  /** Lines that were said to be dropped. */
  readonly dropped: number;
  readonly gaps: number;
  /** Lines that came twice, in the wrong order, or not at all although no gap says so. */
  readonly wrong: number;
  /** Milliseconds since the epoch, with fractions: comparable between processes. */
  readonly doneAt: number;
}

/** Counts the numbered lines of one flood and checks that each comes once, in order, or within a gap. */
export class Tally {
  readonly #head: string;
  readonly #wanted: number;
  readonly #onDone: (result: Result) => void;
  #expected = 1;
  #lines = 0;
  #dropped = 0;
  #gaps = 0;
  #wrong = 0;

  constructor(tag: string, wanted: number, onDone: (result: Result) => void) {
    this.#head = `${tag} `;
    this.#wanted = wanted;
    this.#onDone = onDone;
  }

  line(text: string): void {
    if (!text.startsWith(this.#head)) return;
    const number = Number.parseInt(text.slice(this.#head.length, this.#head.length + 12), 10);
    this.#lines++;
    // Lost: as many as were jumped over. Double or out of order: this one.
    if (number !== this.#expected) this.#wrong += Math.max(1, number - this.#expected);
    this.#expected = Math.max(this.#expected, number + 1);
    this.#check();
  }

  gap(lines: number): void {
    this.#gaps++;
    this.#dropped += lines;
    this.#expected += lines;
    this.#check();
  }

  #check(): void {
    if (this.#expected <= this.#wanted) return;
    this.#onDone({
      lines: this.#lines,
      dropped: this.#dropped,
      gaps: this.#gaps,
      wrong: this.#wrong,
      doneAt: performance.timeOrigin + performance.now(),
    });
  }
}
