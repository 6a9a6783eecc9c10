import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparkline } from '../../../src/cli/codeServers/sparkline.ts';
import { progressOn } from '../../../src/cli/jobs/progress.ts';

function screen(about: { isTTY: boolean; columns?: number }) {
  let written = '';
  return { ...about, write: (text: string) => (written += text), text: () => written };
}

describe('progress', () => {
  it('is drawn in place on a terminal, never wider than it, and leaves nothing but what was said', () => {
    const terminal = screen({ isTTY: true, columns: 10 });
    const progress = progressOn(terminal);
    progress.show('receiving objects');
    progress.say('✓ a.b');
    progress.show('next');
    progress.end();
    progress.end();
    const erase = '\r\u001B[2K';
    expect(terminal.text()).toBe(`${erase}receiving${erase}✓ a.b\n${erase}next${erase}`);
  });

  it('is whole on a terminal that does not know its width', () => {
    const terminal = screen({ isTTY: true, columns: 0 });
    progressOn(terminal).show('cloning');
    expect(terminal.text()).toContain('cloning');
  });

  it('tells a step once elsewhere, whatever its counts', () => {
    const file = screen({ isTTY: false });
    const progress = progressOn(file);
    for (const step of ['cloning', 'Receiving (1 of 9) · 10 %', 'Receiving (9 of 9) · 80 %', 'done · 90 %'])
      progress.show(step);
    progress.end();
    expect(file.text()).toBe('cloning\nReceiving\ndone\n');
  });

  it('lets nobody else command the terminal', () => {
    const terminal = screen({ isTTY: true });
    progressOn(terminal).say('a\u001B[2Jb\nc');
    expect(terminal.text()).toBe('a [2Jb c\n');
  });
});

describe('a sparkline', () => {
  it('shows the highest of each stretch', () => {
    expect(sparkline([0, 0, 100, 0, 50, 50], { columns: 3, top: 100 })).toBe('▁█▅');
    expect(sparkline([], { columns: 3, top: 0 })).toBe('');
    expect(sparkline([0, 0], { columns: 3, top: 0 })).toBe('▁▁');
  });

  it('is as long as it may be, of blocks only', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: 300 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 80 }), (series, columns) => {
        const text = sparkline(series, { columns, top: Math.max(0, ...series) });
        expect(text).toMatch(/^[▁-█]*$/);
        expect(text).toHaveLength(Math.min(columns, series.length));
      }),
    );
  });
});
