import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  holdsNamed,
  isNamed,
  namedByEmbed,
  namedLiterally,
} from '../../../../../src/managers/devServers/watch/named.ts';

const embed = (folder: string, pattern: string, all = false) => [namedByEmbed(folder, { pattern, all })];

describe('what is named', () => {
  it.each([
    ['ui', 'dist', 'ui/dist/a/b.js', true],
    ['ui', 'dist', 'ui/dist', true],
    ['ui', 'dist', 'ui/distant', false],
    ['ui', 'dist', 'dist/a.js', false],
    ['ui', 'dist', 'uix/dist/a.js', false],
    ['', '*.txt', 'a.txt', true],
    ['', '*.txt', '.a.txt', true],
    ['', '*.txt', 'b/a.txt', false],
    ['', 'a?c/[x-z]', 'abc/y', true],
    ['', 'a?c/[x-z]', 'abc/a', false],
    ['', '[^a]', 'b', true],
    ['', '[^a]', 'a', false],
    ['', String.raw`a\*`, 'a*', true],
    ['', String.raw`a\*`, 'ab', false],
    ['', 'a.c', 'abc', false],
    ['', '.', 'any/thing', true],
    ['', '.', '.git/config', false],
    ['', '[z-a]', 'a', false],
    ['', '[', '[', true],
  ])('embedded in %j by %j: %j is %j', (folder, pattern, path, expected) => {
    expect(isNamed(embed(folder, pattern), path)).toBe(expected);
  });

  it('leaves out what is hidden in a folder, unless all: is asked for or it is named itself', () => {
    expect(isNamed(embed('', 'dist'), 'dist/.hidden')).toBe(false);
    expect(isNamed(embed('', 'dist'), 'dist/_x/a')).toBe(false);
    expect(isNamed(embed('', 'dist', true), 'dist/_x/.a')).toBe(true);
    expect(isNamed(embed('', 'dist', true), 'dist/.git/a')).toBe(false);
    expect(isNamed(embed('', '.env'), '.env')).toBe(true);
  });

  it('is looked for in the folders on the way to it only', () => {
    const named = embed('ui', 'a*/b');
    for (const folder of ['', 'ui', 'ui/ax', 'ui/ax/b', 'ui/ax/b/c']) expect(holdsNamed(named, folder)).toBe(true);
    for (const folder of ['u', 'uix', 'ui/x', 'ui/ax/c', 'other']) expect(holdsNamed(named, folder)).toBe(false);
  });

  it('is the very path of a literal, whatever it is made of', () => {
    const part = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'));
    const path = fc.array(part, { minLength: 1 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(path, path, (one, other) => {
        const named = [namedLiterally(one)];
        expect(isNamed(named, one)).toBe(true);
        expect(isNamed(named, other)).toBe(one === other);
        expect(isNamed(named, `${one}/in`)).toBe(false);
      }),
    );
  });

  it('throws for no pattern', () => {
    fc.assert(
      fc.property(fc.string(), (pattern) => {
        expect(() => isNamed(embed('', pattern), 'a/b')).not.toThrow();
      }),
    );
  });
});
