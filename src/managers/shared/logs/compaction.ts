import type { Gap } from './gaps.ts';
import type { BeginRecord, IndexRecord } from './records.ts';
import { keptBytes, type LogState, type RunState } from './state.ts';

/** Writes the index anew without what tells of nothing any more: feed it every record, then call `end`. */
export class Compactor {
  readonly #state: LogState;
  readonly #gaps: Gap[];
  readonly #begun = new Set<number>();

  constructor(state: LogState) {
    this.#state = state;
    this.#gaps = [...state.gaps.all];
  }

  /** What stands in the new index for one record of the old one. */
  next(record: IndexRecord): IndexRecord[] {
    switch (record.t) {
      case 'begin': {
        const run = this.#state.runs.get(record.run);
        if (run === undefined || !isNeeded(run) || this.#begun.has(record.run)) return [];
        this.#begun.add(record.run);
        return [beginOf(run, record)];
      }
      case 'end': {
        const run = this.#state.runs.get(record.run);
        return run !== undefined && isNeeded(run) && run.endedAt === record.time ? [record] : [];
      }
      case 'batch':
      case 'line': {
        const gaps = this.#gapsBefore(record.seq);
        return this.#state.gaps.at(record.seq) === undefined ? [...gaps, record] : gaps;
      }
      case 'drop':
      case 'cut':
      case 'base':
        return [];
    }
    return [];
  }

  end(): IndexRecord[] {
    return this.#gapsBefore(Number.POSITIVE_INFINITY);
  }

  #gapsBefore(seq: number): IndexRecord[] {
    const records: IndexRecord[] = [];
    for (let gap = this.#gaps[0]; gap !== undefined && gap.to <= seq; gap = this.#gaps[0]) {
      this.#gaps.shift();
      const { from, to, lines, bytes, time } = gap;
      records.push({ t: 'drop', seq: from, n: to - from, lines, bytes, time });
    }
    return records;
  }
}

function isNeeded(run: RunState): boolean {
  return run.endedAt === undefined || keptBytes(run) > 0;
}

function beginOf(run: RunState, { id, time, line }: BeginRecord): BeginRecord {
  return {
    t: 'begin',
    run: run.no,
    id,
    time,
    line,
    ...(run.label === undefined ? {} : { label: run.label }),
    out: run.out.cut,
    err: run.err.cut,
    ...(run.out.base > 0 ? { outBase: run.out.base } : {}),
    ...(run.err.base > 0 ? { errBase: run.err.base } : {}),
  };
}
