import { LineTable, splitRange } from './lineSplitter.ts';
import type { TextRecord } from './records.ts';
import type { LogLine } from './types.ts';

/** Devyard's own text as records and lines, one for each line of it. */
export function textRecords(
  source: 'system' | 'server',
  text: string,
  firstSeq: number,
  time: number,
  lineBytes: number,
  from?: string,
): { record: TextRecord; line: LogLine }[] {
  const bytes = Buffer.from(text === '' ? '\n' : text);
  const table = new LineTable();
  splitRange(bytes, lineBytes, true, table);
  return Array.from({ length: table.count }, (_, at) => {
    const about = from === undefined ? {} : { from };
    const part = { seq: firstSeq + at, time, source, ...about, text: table.text(bytes, at) };
    const goesOn = table.isContinued(at);
    return {
      record: { t: 'line', ...part, ...(goesOn ? { cont: 1 } : {}) },
      line: { kind: 'line', ...part, ...(goesOn ? { continued: true } : {}) },
    };
  });
}
