import type { Gap } from './gaps.ts';
import type { BatchRecord, TextRecord } from './records.ts';
import { batchBytes } from './state.ts';

export type DropPolicy =
  /**
   * The oldest batches of one run, until this many bytes (of files and index) are free. `again`: the run was cut before,
   * so Devyard's words before its next batch stand amid dropped ones.
   */
  | { readonly kind: 'head'; readonly run: number; readonly freeBytes: number; readonly again?: boolean }
  /** A whole run, and Devyard's words that lead up to it. */
  | { readonly kind: 'run'; readonly run: number }
  /** The oldest entries of whatever kind, until this many bytes of the index are free. */
  | { readonly kind: 'oldest'; readonly freeBytes: number };

export interface RunCut {
  out: number;
  err: number;
  index: number;
}

export interface DropPlan {
  readonly ranges: readonly Omit<Gap, 'time'>[];
  /** By run number: up to which offsets its files are dropped, and how much of the index tells of that. */
  readonly cuts: ReadonlyMap<number, RunCut>;
  /** Bytes of the index that tell of dropped lines of no run. */
  readonly textIndexBytes: number;
}

interface Item {
  readonly record: BatchRecord | TextRecord;
  readonly bytes: number;
}

/**
 * Decides what goes, in one pass over the index from the oldest record on, at batch boundaries only.
 * Devyard's own lines amid dropped batches go with them, so that one gap stands in one place.
 */
export class DropPlanner {
  readonly #policy: DropPolicy;
  readonly #keepFrom: number;
  readonly #ranges: Omit<Gap, 'time'>[] = [];
  readonly #cuts = new Map<number, RunCut>();
  #texts: Item[] = [];
  #mayStartWithText: boolean;
  #freed = 0;
  #textIndexBytes = 0;

  /** Entries from sequence number `keepFrom` on stay, whatever the policy: the newest are never dropped. */
  constructor(policy: DropPolicy, keepFrom: number) {
    this.#policy = policy;
    this.#keepFrom = keepFrom;
    this.#mayStartWithText = policy.kind !== 'head' || policy.again === true;
  }

  /** Takes the next record that is not yet dropped, `bytes` long in the index. Returns false when the plan is complete. */
  add(record: BatchRecord | TextRecord, bytes: number): boolean {
    if (this.#isDone() || record.seq + countOf(record) > this.#keepFrom) return false;
    const item: Item = { record, bytes };
    if (this.#policy.kind === 'oldest') {
      this.#drop(item);
    } else if (record.t === 'line') {
      if (this.#mayStartWithText) this.#texts.push(item);
    } else if (record.run === this.#policy.run) {
      for (const text of this.#texts) this.#drop(text);
      this.#texts = [];
      this.#drop(item);
      this.#mayStartWithText = true;
    } else {
      this.#texts = [];
      this.#mayStartWithText = this.#policy.kind === 'run';
    }
    return !this.#isDone();
  }

  plan(): DropPlan {
    return { ranges: this.#ranges, cuts: this.#cuts, textIndexBytes: this.#textIndexBytes };
  }

  #isDone(): boolean {
    return this.#policy.kind !== 'run' && this.#freed >= this.#policy.freeBytes;
  }

  #drop({ record, bytes }: Item): void {
    const n = countOf(record);
    let data: number;
    if (record.t === 'batch') {
      data = batchBytes(record);
      const cut = this.#cuts.get(record.run) ?? { out: 0, err: 0, index: 0 };
      cut.out = Math.max(cut.out, record.out?.[1] ?? 0);
      cut.err = Math.max(cut.err, record.err?.[1] ?? 0);
      cut.index += bytes;
      this.#cuts.set(record.run, cut);
    } else {
      data = Buffer.byteLength(record.text) + 1;
      this.#textIndexBytes += bytes;
    }
    this.#freed += this.#policy.kind === 'oldest' ? bytes : data + bytes;
    const last = this.#ranges.at(-1);
    if (last !== undefined && last.to === record.seq) {
      this.#ranges[this.#ranges.length - 1] = {
        from: last.from,
        to: last.to + n,
        lines: last.lines + n,
        bytes: last.bytes + data,
      };
    } else {
      this.#ranges.push({ from: record.seq, to: record.seq + n, lines: n, bytes: data });
    }
  }
}

function countOf(record: BatchRecord | TextRecord): number {
  return record.t === 'batch' ? record.n : 1;
}
