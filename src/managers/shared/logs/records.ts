/** Byte range of a child's file: from (inclusive) to (exclusive), counted from the beginning of the run. */
export type ByteRange = readonly [from: number, to: number];

/** A run begins, or, after a compaction, what is known about it without its dropped batches. */
export interface BeginRecord {
  readonly t: 'begin';
  /** Short number of the run within this index. */
  readonly run: number;
  readonly id: string;
  readonly time: number;
  /** The piece length that cuts this run's lines; kept, because reading again must cut alike. */
  readonly line: number;
  /** Whose lines these are, where a log has several runs side by side. */
  readonly label?: string;
  /** Bytes dropped from the head of either file. */
  readonly out?: number;
  readonly err?: number;
  readonly outBase?: number;
  readonly errBase?: number;
}

export interface EndRecord {
  readonly t: 'end';
  readonly run: number;
  readonly time: number;
}

/** Lines read together: first those of stdout, then those of stderr. */
export interface BatchRecord {
  readonly t: 'batch';
  readonly seq: number;
  readonly n: number;
  readonly time: number;
  readonly run: number;
  readonly out?: ByteRange;
  readonly err?: ByteRange;
  /** 1: the range ends with a line that has no line end. Without it an unended line is a piece that goes on. */
  readonly outFin?: 1;
  readonly errFin?: 1;
}

/** A line of Devyard's own; its text lives here. */
export interface TextRecord {
  readonly t: 'line';
  readonly seq: number;
  readonly time: number;
  readonly source: 'system' | 'server';
  readonly text: string;
  readonly from?: string;
  readonly cont?: 1;
}

/** The entries seq … seq+n-1 are gone. */
export interface DropRecord {
  readonly t: 'drop';
  readonly seq: number;
  readonly n: number;
  readonly lines: number;
  readonly bytes: number;
  readonly time: number;
}

/** The bytes of a run before these offsets are gone; `index` bytes of this file tell of nothing any more. */
export interface CutRecord {
  readonly t: 'cut';
  readonly run: number;
  readonly out: number;
  readonly err: number;
  readonly index: number;
  /** 1: the whole run is gone and so are its files. */
  readonly gone?: 1;
}

/** The file now begins at this offset of the run: it was truncated. */
export interface BaseRecord {
  readonly t: 'base';
  readonly run: number;
  readonly out?: number;
  readonly err?: number;
}

export type IndexRecord = BeginRecord | EndRecord | BatchRecord | TextRecord | DropRecord | CutRecord | BaseRecord;

/** One line of the index file, its line end included. */
export function encodeRecord(record: IndexRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** The record of one line without its line end, or undefined when the line is none: torn, damaged or of a later format. */
export function decodeRecord(line: string): IndexRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is IndexRecord {
  if (typeof value !== 'object' || value === null) return false;
  const v = value as Record<string, unknown>;
  switch (v['t']) {
    case 'batch':
      return whole(v, 'seq', 'n', 'time', 'run') && range(v['out']) && range(v['err']);
    case 'line':
      return whole(v, 'seq', 'time') && isOwn(v['source']) && text(v['text']) && optionalText(v['from']);
    case 'begin':
      if (!whole(v, 'run', 'time', 'line') || !text(v['id']) || !optionalText(v['label'])) return false;
      return optional(v, 'out', 'err', 'outBase', 'errBase');
    case 'end':
      return whole(v, 'run', 'time');
    case 'drop':
      return whole(v, 'seq', 'n', 'lines', 'bytes', 'time');
    case 'cut':
      return whole(v, 'run', 'out', 'err', 'index');
    case 'base':
      return whole(v, 'run') && optional(v, 'out', 'err');
    default:
      return false;
  }
}

function whole(v: Record<string, unknown>, ...names: string[]): boolean {
  return names.every((name) => Number.isSafeInteger(v[name]) && (v[name] as number) >= 0);
}

function optional(v: Record<string, unknown>, ...names: string[]): boolean {
  return names.every((name) => v[name] === undefined || whole(v, name));
}

function text(value: unknown): boolean {
  return typeof value === 'string';
}

function optionalText(value: unknown): boolean {
  return value === undefined || text(value);
}

function isOwn(source: unknown): boolean {
  return source === 'system' || source === 'server';
}

function range(value: unknown): boolean {
  if (value === undefined) return true;
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [from, to] = value as [unknown, unknown];
  return (
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(to) &&
    (from as number) >= 0 &&
    (from as number) <= (to as number)
  );
}
