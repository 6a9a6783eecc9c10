import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MatcherPlan } from '../../../../../src/managers/devServers/plan.ts';
import { automatonOf } from '../../../../../src/managers/devServers/problems/patternAutomaton.ts';
import { costOf } from '../../../../../src/managers/devServers/problems/patternCost.ts';
import { shapeOf } from '../../../../../src/managers/devServers/problems/patternShape.ts';
import { problemReader } from '../../../../../src/managers/devServers/problems/problemReader.ts';
import { demo, readText, told } from './reading.ts';

const all: readonly MatcherPlan[] = [
  { type: 'go' },
  { type: 'tsc' },
  { type: 'esbuild' },
  { type: 'vite' },
  { type: 'eslint' },
  { type: 'cargo' },
  { type: 'pattern', name: 'own', pattern: '^(?<file>[^:]*):(?<line>\\d+): (?<message>.*)$' },
];

/** Beginnings and ends of what the tools write, so that arbitrary text gets into their states. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'a.go:1:2: m',
      'vet: ',
      'go: ',
      'go.mod:',
      '\t',
      '  ',
      '    ',
      'package a',
      'a.ts(1,2): error TS1: m',
      ' - error TS1: ',
    ],
    ...[
      '✘ [ERROR] m',
      '    a.js:1:2:',
      'Build failed with 1 error:',
      'a.js:1:2: ERROR: ',
      'error during build:',
      '[A_B] m',
    ],
    ...[
      '╭─[ a:1:2 ]',
      'file: a:1:2',
      'Caused by:',
      '[plugin x]',
      ' at ',
      'error[E1]: m',
      ' --> a.rs:1:2',
      ' [Error/r]',
    ],
    ...[
      'a: line 1, col 2, Error - m (r)',
      '  1:2  error  m  r',
      '99999999999999999999',
      '\u001B[',
      '\r',
      ' from "',
      'C:\\a',
    ],
  ),
  fc.string(),
  fc.string({ unit: 'binary' }),
);
const line = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
const stream = fc.constantFrom('stdout' as const, 'stderr' as const);

afterEach(() => {
  vi.restoreAllMocks();
});

describe('reading problems', () => {
  it('keeps the streams apart', () => {
    const reader = problemReader([{ type: 'cargo' }], demo);
    reader.line('stderr', 'error: one');
    reader.line('stdout', ' --> src/x.rs:1:2');
    reader.line('stdout', 'warning: two');
    reader.line('stderr', ' --> src/a.rs:3:4');
    reader.line('stdout', ' --> src/b.rs:5:6');
    expect(told(reader.end())).toEqual(['/p/demo/src/a.rs:3:4 error one', '/p/demo/src/b.rs:5:6 warning two']);
  });

  it('tells once what several matchers or lines say', () => {
    const reader = problemReader([{ type: 'esbuild' }, { type: 'vite' }, { type: 'vite' }], demo);
    for (const text of [
      'Build failed with 1 error:',
      'a.js:1:2: ERROR: m',
      'b.js:1:2: ERROR: m',
      'a.js:1:2: ERROR: m',
    ]) {
      reader.line('stderr', text);
    }
    expect(told(reader.end())).toEqual(['/p/demo/a.js:1:3 error m', '/p/demo/b.js:1:3 error m']);
  });

  it('tells 500 and how many more, errors before warnings, in the order they came', () => {
    const lines = Array.from({ length: 600 }, (_, index) => `a.ts(${String(index + 1)},1): warning TS1: m`);
    const found = readText('tsc', [...lines, 'b.ts(1,1): error TS2: last'].join('\n'));
    expect(found).toHaveLength(500);
    expect(told(found.slice(497))).toEqual([
      '/p/demo/a.ts:498:1 warning TS1 m',
      '/p/demo/b.ts:1:1 error TS2 last',
      ':0:0 warning 102 more problems; the log has them all.',
    ]);
    expect(readText('tsc', lines.slice(0, 500).join('\n'))).toHaveLength(500);
    const errors = readText('tsc', lines.join('\n').replaceAll('warning', 'error'));
    expect(errors.at(-1)).toMatchObject({ severity: 'error', message: '101 more problems; the log has them all.' });
  });

  it('tells nothing of a place without words', () => {
    expect(readText('go', 'a.go:1:2:   ')).toEqual([]);
    expect(readText({ type: 'pattern', name: 'own', pattern: '(?<message>.*)' }, ' ')).toEqual([]);
  });

  it('bounds a message and its lines', () => {
    const found = readText('go', `a.go:1:2: m\n${'\tx\n'.repeat(100)}b.go:1:1: ${'y'.repeat(9000)}`);
    expect(found.map(({ message }) => message.split('\n').length)).toEqual([20, 1]);
    expect(found[1]?.message).toMatch(/^y{4000}…$/);
  });

  it('tells of a pattern that cannot be used, and reads on with the others', () => {
    const reader = problemReader(
      [{ type: 'pattern', name: 'own', pattern: '(?<message>(a+)+b)' }, { type: 'go' }],
      demo,
    );
    reader.line('stdout', 'a.go:1:2: m');
    expect(told(reader.end())).toEqual([
      expect.stringMatching(/^:0:0 warning The problem pattern “own” is not used: The pattern can take/),
      '/p/demo/a.go:1:2 error m',
    ]);
  });

  it('finds a problem at the front of a line of a megabyte, and none in one of anything', () => {
    const megabyte = 1_000_000;
    const fillers = [
      'a',
      ' ',
      '\t',
      ':',
      '1',
      ':1',
      '(1',
      '[',
      ' [',
      '"',
      '\u001B',
      '\u001B[',
      '\r',
      '@v',
      '\u001B;#',
      'a.go:',
    ];
    const reader = problemReader(all, demo);
    for (const filler of fillers) reader.line('stdout', filler.repeat(Math.ceil(megabyte / filler.length)));
    reader.line('stdout', `a.ts(1,2): error TS1: ${'m '.repeat(megabyte / 2)}`);
    reader.line('stdout', '');
    expect(reader.end().filter(({ source }) => source === 'tsc')).toMatchObject([{ file: '/p/demo/a.ts', line: 1 }]);
  });

  it('takes any text, and tells only what an editor can show', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(stream, line), { maxLength: 30 }), (lines) => {
        const reader = problemReader(all, demo);
        for (const [from, text] of lines) reader.line(from, text);
        for (const problem of reader.end()) {
          expect(problem.message.trim()).not.toBe('');
          for (const number of [problem.line, problem.column]) {
            expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('uses only regular expressions that take linear time', () => {
    const spied = vi.spyOn(RegExp.prototype, 'exec');
    for (const [text] of fc.sample(fc.tuple(fc.array(line, { minLength: 20, maxLength: 40 })), {
      numRuns: 50,
      seed: 1,
    })) {
      for (const { type } of all.slice(0, -1)) readText({ type } as MatcherPlan, text.join('\n'));
    }
    const used = new Set(spied.mock.contexts.map((context) => (context as RegExp).source));
    vi.restoreAllMocks();
    const slow = [...used].filter((source) => {
      const { shape, everything } = shapeOf(source);
      const cost = costOf(automatonOf(shape, everything));
      return cost.type === 'exponential' || cost.degree > 0;
    });
    expect(used.size).toBeGreaterThan(50);
    expect(slow).toEqual([]);
  });
});
