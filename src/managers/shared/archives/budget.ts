import type { Problems } from './problems.ts';
import type { ArchiveLimits } from './types.ts';

/** Counts what comes out of an archive against its limits. */
export class Budget {
  readonly #limits: ArchiveLimits;
  readonly #problems: Problems;
  readonly #archiveBytes: number;
  #entries = 0;
  #bytes = 0;

  constructor(limits: ArchiveLimits, archiveBytes: number, problems: Problems) {
    this.#limits = limits;
    this.#archiveBytes = archiveBytes;
    this.#problems = problems;
  }

  countEntry(): void {
    this.requireEntries(++this.#entries);
  }

  requireEntries(count: number): void {
    const { entries } = this.#limits;
    if (count > entries) throw this.#problems.tooMuch(`holds more than ${number(entries)} files and folders`);
  }

  /**
   * Against the size of the whole archive, not of the entry: entries of a zip may share their compressed bytes, which
   * makes a bomb of entries that look modest each.
   */
  countBytes(count: number): void {
    this.#bytes += count;
    const { bytes, ratio, ratioFrom } = this.#limits;
    if (this.#bytes > bytes) throw this.#problems.tooMuch(`unpacks to more than ${number(bytes)} bytes`);
    if (this.#bytes > ratioFrom && this.#bytes > ratio * this.#archiveBytes) {
      throw this.#problems.tooMuch(`unpacks to more than ${number(ratio)} times its size, as only a trap does`);
    }
  }
}

const number = (value: number): string => value.toLocaleString('en-US');
