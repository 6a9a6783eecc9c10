import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commandUri,
  escapeMarkdown,
  formatAge,
  formatBytes,
  formatDuration,
  formatLocalIso,
  formatPercent,
} from '../../../src/views/shared/format.ts';
import { l10n } from './samples.ts';

describe('formats', () => {
  it('writes sizes the way people read them', () => {
    const mega = 1024 * 1024;
    expect([0, 512, 1024, 1.2 * mega, 312 * mega, 1023.9 * mega, 2.5 * 1024 * mega].map(formatBytes)).toEqual([
      '0 B',
      '512 B',
      '1 KB',
      '1.2 MB',
      '312 MB',
      '1 GB',
      '2.5 GB',
    ]);
  });

  it('never shows a number of more than four digits for a size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
        expect(formatBytes(bytes)).toMatch(/^\d{1,4}(\.\d)? [KMGT]?B$/);
      }),
    );
  });

  it('writes times in the largest units that matter', () => {
    expect([0, 59_000, 60_000, 3_600_000, 3_900_000, 90_000_000].map((ms) => formatDuration(ms, l10n))).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '1 h',
      '1 h 5 min',
      '1 d 1 h',
    ]);
    expect([-5000, 4999, 12_000, 120_000, 7_200_000, 172_800_000].map((ms) => formatAge(ms, l10n))).toEqual([
      'just now',
      'just now',
      '12 s ago',
      '2 min ago',
      '2 h ago',
      '2 d ago',
    ]);
    expect([1.6, -1, 204.4].map(formatPercent)).toEqual(['2 %', '0 %', '204 %']);
  });

  it('writes a local time that is the same moment when read back', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
        expect(Date.parse(formatLocalIso(date.getTime()))).toBe(date.getTime());
      }),
    );
  });

  it('lets no name become Markdown, an icon or a link', () => {
    const hostile = 'a*b* [x](command:evil) $(trash) `c` <b> http://x\ny';
    const escaped = escapeMarkdown(hostile);
    expect(escaped).not.toMatch(/(?<!\\)[*[\]()`<>:]/);
    expect(escaped).toContain('\\\\$\\(trash\\)');
    expect(escaped).not.toContain('\n');
  });

  it('makes command links whose arguments survive', () => {
    const uri = commandUri('devyard.x', 'a "b" & c');
    expect(uri.startsWith('command:devyard.x?')).toBe(true);
    expect(JSON.parse(decodeURIComponent(uri.split('?')[1] ?? ''))).toEqual(['a "b" & c']);
  });
});
