import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisEnd, cpuSeries, memorySeries, pathsOf, type Sample } from '../../../src/views/usage/chart.ts';
import { drawingOf, escapeXml } from '../../../src/views/usage/drawing.ts';
import { usagePage } from '../../../src/views/usage/page.ts';
import { sparkline } from '../../../src/views/usage/sparkline.ts';
import { l10n } from './samples.ts';

const format = String;
const frame = { left: 10, top: 5, width: 100, height: 50 };
const sample = (at: number, cpuPercent: number, memoryBytes = 0): Sample => ({ at, cpuPercent, memoryBytes });

describe('a chart', () => {
  it('has a round axis that no value is above', () => {
    expect([3, 11, 21, 100, 101, 380].map((value) => axisEnd(value, 1, 10))).toEqual([10, 20, 50, 100, 200, 500]);
    const anything = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(fc.property(anything, (value) => axisEnd(value, 1024, 1) >= value));
  });

  it('stays within its frame, however many samples there are', () => {
    const samples = fc.array(fc.record({ at: fc.nat(1e7), cpuPercent: fc.double({ min: 0, max: 1e4, noNaN: true }) }), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(samples, (some) => {
        const sorted = some.map(({ at, cpuPercent }) => sample(at, cpuPercent)).toSorted((a, b) => a.at - b.at);
        const [from, to] = [sorted[0]?.at ?? 0, sorted.at(-1)?.at ?? 0];
        const { line, area } = pathsOf(cpuSeries(sorted, format), frame, from, to);
        for (const [, x, y] of `${line}${area}`.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)) {
          expect(Number(x)).toBeGreaterThanOrEqual(10);
          expect(Number(x)).toBeLessThanOrEqual(110);
          expect(Number(y)).toBeGreaterThanOrEqual(5);
          expect(Number(y)).toBeLessThanOrEqual(55);
        }
        expect(line).not.toContain('NaN');
      }),
    );
  });

  it('keeps a short peak among many samples', () => {
    const samples = Array.from({ length: 900 }, (_, index) => sample(index * 2000, index === 450 ? 100 : 1));
    expect(pathsOf(cpuSeries(samples, format), frame, 0, 1_798_000).line).toMatch(/[ML][\d.]+ 5(?:L|$)/);
  });

  it('has a gap where nobody measured', () => {
    const samples = [0, 2000, 600_000, 602_000].map((at) => sample(at, 1));
    expect(pathsOf(cpuSeries(samples, format), frame, 0, 602_000).line.match(/M/g)).toHaveLength(2);
  });
});

describe('the drawing of a panel', () => {
  it('says in words what it shows', () => {
    const samples = [sample(0, 2, 100 * 1024 ** 2), sample(720_000, 4, 300 * 1024 ** 2)];
    expect(drawingOf(samples, l10n).charts.map(({ now, text }) => [now, text])).toEqual([
      ['4 %', 'CPU over the last 12 min: now 4 %, at most 4 %, 3 % on average.'],
      ['300 MB', 'Memory over the last 12 min: now 300 MB, at most 300 MB, 200 MB on average.'],
    ]);
    expect(drawingOf(samples, l10n).charts[0]?.svg).toContain('role="img" aria-label="CPU over');
  });

  it('says that nothing was measured yet', () => {
    const { charts } = drawingOf([], l10n);
    expect(charts[1]?.text).toBe('Memory: nothing was measured yet.');
    expect(charts[1]?.svg).not.toContain('NaN');
  });

  it('runs nothing but the script with the nonce, and shows a name as text', () => {
    const page = usagePage('Usage of <img src=x onerror=alert(1)>', 'abc', 'en');
    expect(page).toContain(`content="default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'"`);
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/ style=| on[a-z]+="/);
    expect(escapeXml(`<&>"'`)).toBe('&lt;&amp;&gt;&quot;&#39;');
  });
});

describe('a sparkline', () => {
  it('is an image that needs nothing else', () => {
    const uri = sparkline(memorySeries([sample(0, 1, 5), sample(2000, 1, 9)], format), '#59a4f9');
    const [head, body = ''] = uri.split(',');
    expect(head).toBe('data:image/svg+xml;base64');
    expect(Buffer.from(body, 'base64').toString()).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*<\/svg>$/);
  });
});
