import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { nearest } from '../../../../src/managers/shared/nearest.ts';

const known = ['default_port', 'default_type', 'extension_groups', 'start', 'end'];

it.each([
  ['default_prot', 'default_port'],
  ['defaultPort', 'default_port'],
  ['extensions_groups', 'extension_groups'],
  ['strat', 'start'],
  ['END', 'end'],
  ['and', 'end'],
  ['wholly_different', undefined],
  ['', undefined],
])('%s was meant as %s', (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

test('one letter added to, or left out of, a word of six letters or more is found', () => {
  const long = fc.constantFrom('default_port', 'extension_groups', 'packaged_assets');
  fc.assert(
    fc.property(long, fc.nat(30), fc.constantFrom('', 'q', 'qz'), (word, where, put) => {
      const at = where % word.length;
      expect(nearest(word.slice(0, at) + put + word.slice(at + 1), [word, 'zzzz'])).toBe(word);
    }),
  );
});
