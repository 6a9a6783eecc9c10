import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseDevboxYaml } from '../../../../../src/managers/codeServers/config/parse.ts';
import type { ConfigProblem } from '../../../../../src/managers/shared/yaml/configProblem.ts';
import { maxConfigBytes } from '../../../../../src/managers/shared/yaml/configText.ts';
import { sample } from './sample.ts';

const problemsOf = (text: string): readonly ConfigProblem[] => {
  const parsed = parseDevboxYaml(text);
  return parsed.ok ? [] : parsed.problems;
};

describe('a hostile file', () => {
  const fastEnough = (text: string): readonly ConfigProblem[] => {
    const from = performance.now();
    const problems = problemsOf(text);
    expect(performance.now() - from).toBeLessThan(5000);
    return problems;
  };

  it('over the limit is refused unread', () => {
    expect(problemsOf(' '.repeat(maxConfigBytes))).toEqual([]);
    expect(problemsOf(' '.repeat(maxConfigBytes + 1))).toEqual([
      { line: 1, column: 1, endLine: 1, endColumn: 1, path: '', message: expect.stringContaining('1 MB') as string },
    ]);
  });

  it('of aliases that multiply is refused', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `k${i + 1}: &k${i + 1} [*k${i}, *k${i}, *k${i}]`);
    expect(fastEnough(['k0: &k0 [1]', ...levels].join('\n'))[0]?.message).toContain('more than 50,000 values');
    const merges = Array.from({ length: 30 }, (_, i) => `k${i + 1}: &k${i + 1} {<<: [*k${i}, *k${i}, *k${i}]}`);
    expect(fastEnough(['k0: &k0 {a: 1, b: 2}', ...merges].join('\n'))[0]?.message).toContain('more than 50,000 values');
  });

  it('that stands for itself is refused', () => {
    expect(problemsOf('ui: &a {settings: *a}')[0]?.message).toContain('inside what it stands for');
  });

  it.each([
    ['of many values', `ui: [${'1,'.repeat(400_000)}]`],
    ['of many keys', Array.from({ length: 60_000 }, (_, index) => `a${index}: 1`).join('\n')],
    ['of many unknown keys', Array.from({ length: 24_000 }, (_, index) => `a${index}: 1`).join('\n')],
    ['nested deeply', '['.repeat(500_000)],
    ['of one long line', `ui: ${'a'.repeat(900_000)}`],
    ['of many wrong extensions', `extension_groups: {a: {extensions: [${'x,'.repeat(40_000)}]}}`],
    ['with a long wrong key', `${'k'.repeat(900_000)}: 1`],
  ])('%s is refused in good time', (_, text) => {
    expect(fastEnough(text).length).toBeGreaterThan(0);
  });
});

/** Problems whose place is not in the text, or ends before it begins, or that say nothing. */
function misplaced(text: string): readonly ConfigProblem[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const isIn = (line: number, column: number): boolean =>
    line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1;
  return problemsOf(text).filter(
    ({ line, column, endLine, endColumn, message }) =>
      message === '' ||
      !isIn(line, column) ||
      !isIn(endLine, endColumn) ||
      endLine < line ||
      (endLine === line && endColumn < column),
  );
}

const token = fc.constantFrom(
  ...[
    '- ',
    ': ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '#',
    '&a',
    '*a',
    '<<: ',
    '|',
    '>',
    '!!str ',
    '---',
    '\t',
    '\r',
  ],
  ...['ui', 'server', 'name', '1', 'null', '~', '.inf', '\u{1F600}', '\uD800', '\0', ',', '?', '%', '@'],
);

test('no text whatever is thrown at, and positions lie in it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token, { maxLength: 40 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (written) => {
      expect(misplaced(written)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('a good file with something changed is good, or told what is wrong inside of it', () => {
  const edit = fc.tuple(fc.nat(sample.length), fc.nat(12), fc.oneof(token, fc.string({ maxLength: 5 })));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const text = edits.reduce((now, [at, gone, put]) => now.slice(0, at) + put + now.slice(at + gone), sample);
      expect(misplaced(text)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
