import { resolve, sep } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryName } from '../../../../../src/managers/shared/archives/entryName.ts';

describe('entryName', () => {
  it.each([
    ['a/b.txt', ['a', 'b.txt']],
    ['./a//b/', ['a', 'b']],
    ['.//etc/passwd', ['etc', 'passwd']],
    ['a..b', ['a..b']],
    ['...', ['...']],
    [String.raw`unit\x2dname.slice`, [String.raw`unit\x2dname.slice`]],
    ['ä/日本/😀', ['ä', '日本', '😀']],
    ['./', []],
  ])('takes %j apart', (name, parts) => {
    expect(entryName(name)).toEqual({ parts });
  });

  it.each([
    '../a',
    'a/../b',
    'a/..',
    '/etc/passwd',
    String.raw`..\a`,
    String.raw`a\..\..\b`,
    String.raw`\\server\share`,
    'C:/x',
    String.raw`c:\x`,
    './C:x',
    'a\0b',
    '',
  ])('refuses %j', (name) => {
    expect(entryName(name)).toHaveProperty('refused');
  });

  it('refuses what no file system takes', () => {
    for (const name of ['x'.repeat(256), 'ä'.repeat(128), 'd/'.repeat(2000)]) {
      expect(entryName(name)).toEqual({ refused: expect.stringContaining('too long') as string });
    }
  });

  it('never leads out of the root, whatever the name and whichever separator is meant', () => {
    const piece = fc.oneof(fc.constantFrom('..', '.', '/', '\\', 'C:', '\0', 'a', ''), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const result = entryName(pieces.join(''));
        if ('refused' in result) return;
        for (const path of [result.parts.join('/'), result.parts.join('/').replaceAll('\\', '/')]) {
          const place = resolve('/root/of/it', path);
          expect(place === '/root/of/it' || place.startsWith(`/root/of/it${sep}`)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
