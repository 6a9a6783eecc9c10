import type { LogLimits, LogLine } from './types.ts';

/** The newest lines of one log in memory: consecutive sequence numbers, bounded in lines and bytes, at least one line. */
export class Ring {
  readonly #maxLines: number;
  readonly #maxBytes: number;
  #lines: LogLine[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limits: Pick<LogLimits, 'ringLines' | 'ringBytes'>) {
    this.#maxLines = limits.ringLines;
    this.#maxBytes = limits.ringBytes;
  }

  get count(): number {
    return this.#lines.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Sequence number of the oldest line held; undefined when there is none. */
  get firstSeq(): number | undefined {
    return this.#lines[this.#head]?.seq;
  }

  clear(): void {
    this.#lines = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /** Adds the newest lines. When they do not follow on what is held, what is held goes: the ring has no holes. */
  push(lines: readonly LogLine[]): void {
    const first = lines[0];
    if (first === undefined) return;
    const last = this.#lines.at(-1);
    if (last !== undefined && first.seq !== last.seq + 1) this.clear();
    for (const line of lines) {
      this.#lines.push(line);
      this.#bytes += sizeOf(line);
    }
    while (this.count > 1 && (this.count > this.#maxLines || this.#bytes > this.#maxBytes)) this.#dropFirst();
    if (this.#head > this.#maxLines) this.#compact();
  }

  /** Forgets every line before `seq`. */
  dropBefore(seq: number): void {
    while (this.count > 0 && (this.firstSeq ?? seq) < seq) this.#dropFirst();
    this.#compact();
  }

  /** The lines with from ≤ seq < to, or undefined when the ring does not hold all of them. */
  slice(from: number, to: number): readonly LogLine[] | undefined {
    const first = this.firstSeq;
    if (first === undefined || from < first || to > first + this.count) return undefined;
    return this.#lines.slice(this.#head + from - first, this.#head + Math.max(from, to) - first);
  }

  #dropFirst(): void {
    const line = this.#lines[this.#head];
    if (line !== undefined) this.#bytes -= sizeOf(line);
    this.#head += 1;
  }

  #compact(): void {
    this.#lines = this.#lines.slice(this.#head);
    this.#head = 0;
  }
}

function sizeOf(line: LogLine): number {
  return Buffer.byteLength(line.text);
}
