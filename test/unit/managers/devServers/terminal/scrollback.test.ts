import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scrollback } from '../../../../../src/managers/devServers/terminal/scrollback.ts';

describe('Scrollback', () => {
  it('has all output as long as it is little', () => {
    const scrollback = new Scrollback(10);
    for (const piece of ['ab\n', 'cdefghi']) scrollback.push(Buffer.from(piece));
    expect(scrollback.snapshot().toString()).toBe('ab\ncdefghi');
  });

  it('begins with a whole line when something was cut off', () => {
    const scrollback = new Scrollback(10);
    for (const piece of ['one\ntwo\n', 'three\nfour\n']) scrollback.push(Buffer.from(piece));
    expect(scrollback.snapshot().toString()).toBe('four\n');
  });

  it('has the end of a line that is longer than all', () => {
    const scrollback = new Scrollback(10);
    scrollback.push(Buffer.from('abcdefghijklmnop'));
    expect(scrollback.snapshot().toString()).toBe('ghijklmnop');
  });

  it('is always the end of the output, of at most that many bytes', () => {
    const piece = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 100 }), (pieces, limit) => {
        const scrollback = new Scrollback(limit);
        for (const each of pieces) scrollback.push(Buffer.from(each));
        const all = Buffer.concat(pieces);
        const kept = scrollback.snapshot();
        expect(kept.length).toBeLessThanOrEqual(limit);
        expect(all.subarray(all.length - kept.length).equals(kept)).toBe(true);
        if (all.length <= limit) expect(kept.length).toBe(all.length);
      }),
    );
  });

  it('stays one piece however tiny the pieces are', () => {
    const scrollback = new Scrollback(5000);
    for (let index = 0; index < 10_000; index += 1) scrollback.push(Buffer.from(String(index % 10)));
    expect(scrollback.snapshot().toString()).toBe('0123456789'.repeat(500));
  });
});
