import type { LogGap } from './types.ts';

/** Missing entries from … to-1. `lines` and `bytes` are what is known of them. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly lines: number;
  readonly bytes: number;
  readonly time: number;
}

/** The gaps of one log, in order; neighbours become one, so what is missing in one place is said once. */
export class Gaps {
  #list: Gap[] = [];

  get all(): readonly Gap[] {
    return this.#list;
  }

  add(gap: Gap): void {
    if (gap.to <= gap.from) return;
    let merged = gap;
    const kept: Gap[] = [];
    for (const other of this.#list) {
      if (other.to < merged.from || other.from > merged.to) kept.push(other);
      else merged = join(other, merged);
    }
    const at = kept.findIndex((other) => other.from > merged.from);
    kept.splice(at < 0 ? kept.length : at, 0, merged);
    this.#list = kept;
  }

  /** The gap that covers `seq`. */
  at(seq: number): Gap | undefined {
    return this.#list.find((gap) => gap.from <= seq && seq < gap.to);
  }

  /** Where the first gap after `seq` begins; infinity when there is none. */
  nextFrom(seq: number): number {
    return this.#list.find((gap) => gap.from > seq)?.from ?? Number.POSITIVE_INFINITY;
  }

  /** Where the gap at or last before `seq` ends; undefined when there is none. */
  endBefore(seq: number): number | undefined {
    return this.#list.findLast((gap) => gap.from <= seq)?.to;
  }

  /** The sequence number at which the newest `lines` entries before `before` begin; a gap counts as one entry. */
  tailStart(lines: number, before: number): number {
    let position = before;
    let wanted = lines;
    for (const gap of this.#list.toReversed()) {
      if (gap.from >= position) continue;
      const between = Math.max(0, position - gap.to);
      if (between >= wanted) break;
      wanted -= between + 1;
      position = gap.from;
      if (wanted === 0) return position;
    }
    return Math.max(1, position - wanted);
  }
}

/**
 * The gap as a reader meets it whose next entry would be `seq`. For a reader who had seen a part before it was dropped,
 * the lines are exact and the bytes in proportion: nobody can count them any more.
 */
export function gapEntry(gap: Gap, seq: number): LogGap {
  const at = Math.max(gap.from, seq);
  const lines = Math.min(gap.lines, gap.to - at);
  const bytes = lines === gap.lines ? gap.bytes : Math.round((gap.bytes * lines) / gap.lines);
  return { kind: 'gap', seq: at, time: gap.time, droppedBytes: bytes, droppedLines: lines };
}

function join(a: Gap, b: Gap): Gap {
  return {
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    lines: a.lines + b.lines,
    bytes: a.bytes + b.bytes,
    time: Math.max(a.time, b.time),
  };
}
