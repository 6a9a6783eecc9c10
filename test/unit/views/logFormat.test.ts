import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEntryView } from '../../../src/api/contract/logs.ts';
import { LogFormatter } from '../../../src/views/shared/logFormat.ts';
import { formatLocalIso } from '../../../src/views/shared/format.ts';
import { l10n } from './samples.ts';

const time = Date.UTC(2026, 10, 21, 12);
const stamp = formatLocalIso(time);

function line(text: string, source: 'stdout' | 'stderr' | 'system' = 'stdout', continued = false): LogEntryView {
  return { kind: 'line', seq: 1, time, source, text, ...(continued ? { continued: true as const } : {}) };
}

describe('log text', () => {
  it('carries time, a tag where it matters, and the text', () => {
    const text = new LogFormatter(l10n).format([line('one'), line('two', 'stderr'), line('three', 'system')]);
    expect(text).toBe(`${stamp} one\n${stamp} [stderr] two\n${stamp} [system] three\n`);
  });

  it('does not say the time twice', () => {
    const text = new LogFormatter(l10n).format([line('[2026-11-21T04:52:50.322Z] info  Using it'), line('[x] y')]);
    expect(text).toBe(`${stamp} info  Using it\n${stamp} [x] y\n`);
  });

  it('says what the limit dropped', () => {
    const gap: LogEntryView = { kind: 'gap', seq: 1, time, droppedBytes: 1.2 * 1024 * 1024, droppedLines: 3400 };
    expect(new LogFormatter(l10n).format([line('a', 'stdout', true), gap])).toBe(
      `${stamp} a\n── 1.2 MB (3,400 lines) dropped by the log limit ──\n`,
    );
  });

  it('puts pieces of one line together, also over two batches', () => {
    const formatter = new LogFormatter(l10n);
    expect(formatter.format([line('ab', 'stdout', true)]) + formatter.format([line('cd')])).toBe(`${stamp} abcd\n`);
    expect(formatter.format([line('ab', 'stdout', true), line('x', 'stderr'), line('cd')])).toBe(
      `${stamp} ab\n${stamp} [stderr] x\n${stamp} cd\n`,
    );
  });

  it('gives the same text however the entries are cut into batches', () => {
    const entry = fc
      .record({ text: fc.string(), source: fc.constantFrom('stdout', 'stderr'), continued: fc.boolean() })
      .map(({ text, source, continued }) => line(text, source as 'stdout', continued));
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 5 }), { maxLength: 5 }), (batches) => {
        const formatter = new LogFormatter(l10n);
        const cut = batches.map((batch) => formatter.format(batch)).join('');
        expect(cut).toBe(new LogFormatter(l10n).format(batches.flat()));
      }),
    );
  });
});
