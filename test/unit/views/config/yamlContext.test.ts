import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { contextAt, keyAt, keysBelow } from '../../../../src/views/config/yamlContext.ts';
import { cursorIn } from './cursor.ts';

function at(text: string): string | undefined {
  const { lines, line, character } = cursorIn(text);
  const context = contextAt(lines, line, character);
  return context && `${context.kind} ${context.path.join('/')} “${context.word}”@${String(context.start)}`;
}

function beside(text: string): readonly string[] | undefined {
  const { lines, line, character } = cursorIn(text);
  return contextAt(lines, line, character)?.siblings;
}

describe('the place of the cursor', () => {
  it.each([
    ['¦', 'key  “”@0'],
    ['u¦', 'key  “u”@0'],
    ['ui:\n  ¦', 'key ui “”@2'],
    ['ui:\n¦', 'key  “”@0'],
    ['ui:\n  se¦', 'key ui “se”@2'],
    ['ui:\n  settings:\n    a: 1\n  ¦', 'key ui “”@2'],
    ['ui:\n  settings:\n    a: 1\n¦', 'key  “”@0'],
    ['ui:\n  settings:\n    a: 1\n    ¦', 'key ui/settings “”@4'],
    ['ui:\n  # note\n\n  ¦', 'key ui “”@2'],
    ['ui:\n  workspace:\n    default_type: ¦', 'value ui/workspace/default_type “”@18'],
    ['ui:\n  workspace:\n    default_type: gi¦', 'value ui/workspace/default_type “gi”@18'],
    ['ui:\n  workspace:\n    default_type: "gi¦', 'value ui/workspace/default_type “gi”@18'],
    ['a:\n  - ¦', 'key a/[] “”@4'],
    ['a:\n- ¦', 'key a/[] “”@2'],
    ['a:\n- b: 1\n  ¦', 'key a/[] “”@2'],
    ['a:\n- b: 1\n¦', 'key  “”@0'],
    ['a:\n  - b: 1\n    ¦', 'key a/[] “”@4'],
    ['a:\n  - b: 1\n  - ¦', 'key a/[] “”@4'],
    ['a:\n  - b:\n      - c: 1\n        ¦', 'key a/[]/b/[] “”@8'],
    ['a:\n  - b:\n      - c: 1\n    ¦', 'key a/[] “”@4'],
    ['a:\n  - b: ¦', 'value a/[]/b “”@7'],
    ['a:\n  - - ¦', 'key a/[]/[] “”@6'],
    ['a: [¦', 'value a/[] “”@4'],
    ['a: [x, y¦', 'value a/[] “y”@7'],
    ['a: [x, y¦, z]', 'value a/[] “y”@7'],
    ['"a b": ¦', 'value a b “”@7'],
    ["'a':\n  ¦", 'key a “”@2'],
    ['a: &x\n  ¦', 'key a “”@2'],
    ['a: 1\n---\nb:\n  ¦', 'key b “”@2'],
    ['a: |\n  text: x\nb: ¦', 'value b “”@3'],
    ['a: http://x\n¦', 'key  “”@0'],
  ])('%j is %s', (text, place) => {
    expect(at(text)).toBe(place);
  });

  it.each([
    ['a comment', 'ui: # ¦'],
    ['a whole line of comment', '# u¦'],
    ['below a key that has its value', 'a: 1\n  ¦'],
    ['a block scalar', 'a: |\n  text\n  ¦'],
    ['a block scalar that looks like keys', 'a: |\n  b:\n    ¦'],
    ['a block scalar in a list', '- >-\n  ¦'],
    ['braces', 'a: {¦'],
    ['a list in a list', 'a: [[¦'],
    ['behind a closed list', 'a: [x] ¦'],
    ['an alias', 'a: *¦'],
    ['tabs', 'a:\n\t¦'],
  ])('is nothing to complete in %s', (_, text) => {
    expect(at(text)).toBeUndefined();
  });
});

it.each([
  ['ui:\n  a: 1\n  ¦\n  b:\n    c: 1\nd: 1', ['a', 'b']],
  ['x: 1\nui:\n  a: 1\n¦\ny: 1', ['ui', 'x', 'y']],
  ['l:\n  - a: 1\n    ¦\n    b: 1\n  - c: 1', ['a', 'b']],
  ['l:\n  - ¦\n    b: 1\n  - c: 1', ['b']],
  ['l:\n  - one\n  - ¦\n  - "two" # note\nm:\n  - three', ['one', 'two']],
  ['l:\n- one\n- ¦\nm:\n- three', ['one']],
  ['l: [one, ¦, two]', ['one', 'two']],
])('what is beside the cursor in %j is %j', (text, siblings) => {
  expect(beside(text)?.toSorted((a, b) => a.localeCompare(b))).toEqual(siblings);
});

it('knows the keys below a key at the top', () => {
  const lines = [
    'other:',
    '  z: 1',
    'groups: # ours',
    '',
    '  a:',
    '    name: x',
    '  "b c":',
    '  # no',
    'last:',
    '  y:',
  ];
  expect(keysBelow(lines, 'groups')).toEqual(['a', 'b c']);
  expect(keysBelow(lines, 'missing')).toEqual([]);
});

it('knows the key that stands at a place', () => {
  const key = (text: string): unknown => {
    const { lines, line, character } = cursorIn(text);
    return keyAt(lines, line, character);
  };
  expect(key('a:\n  - b: 1\n    long¦er: 2')).toEqual({ path: ['a', '[]', 'longer'], start: 4, end: 10 });
  expect(key('a:\n  - "b¦": 1')).toEqual({ path: ['a', '[]', 'b'], start: 4, end: 7 });
  expect(key('a: ¦1')).toBeUndefined();
  expect(key('a: |\n  b¦: 1')).toBeUndefined();
  expect(key('# b¦: 1')).toBeUndefined();
});

const piece = fc.constantFrom(
  '- ',
  ': ',
  ':',
  '\n',
  '\n  ',
  '  ',
  '[',
  ']',
  '{',
  '"',
  "'",
  '#',
  ' #',
  '|',
  '---',
  '\t',
  'ui',
  'x',
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
);

test('never throws, and what it would replace ends at the cursor', () => {
  fc.assert(
    fc.property(text, fc.nat(20), fc.nat(40), (written, line, character) => {
      const lines = written.split(/\r\n|\r|\n/);
      keyAt(lines, line, character);
      keysBelow(lines, 'ui');
      const context = contextAt(lines, line, character);
      const before = (lines[line] ?? '').slice(0, character);
      if (context === undefined) return;
      expect(context.start).toBeLessThanOrEqual(before.length);
      expect(before.slice(context.start).replace(/^["']/, '')).toBe(context.word);
    }),
    { numRuns: 3000 },
  );
});

test('a long line takes no long time', () => {
  const from = performance.now();
  for (const line of [' '.repeat(200_000), 'a '.repeat(100_000), '- '.repeat(20_000), '"'.repeat(200_000)]) {
    contextAt([line, line], 1, line.length);
  }
  expect(performance.now() - from).toBeLessThan(3000);
});
