import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLinePattern, checkPattern } from '../../../../../src/managers/devServers/problems/pattern.ts';
import { automatonOf } from '../../../../../src/managers/devServers/problems/patternAutomaton.ts';
import { costOf } from '../../../../../src/managers/devServers/problems/patternCost.ts';
import { type Shape, shapeOf } from '../../../../../src/managers/devServers/problems/patternShape.ts';
import { readText } from './reading.ts';

describe('a pattern of a person', () => {
  it('reads its groups', () => {
    const pattern =
      '^(?<severity>ERROR|WARN) in (?<file>\\S+) \\[(?<line>\\d+)(?:, (?<column>\\d+))?\\]: (?:(?<code>TS\\d{4}) - )?(?<message>.*?)\\s*$';
    const output = 'ERROR in ./a.ts [3, 4]: TS2322 - is not x  \nWARN in b.ts [5]: hm\nnothing';
    expect(readText({ type: 'pattern', name: 'mine', pattern }, output)).toEqual([
      {
        file: '/p/demo/a.ts',
        line: 3,
        column: 4,
        message: 'is not x',
        severity: 'error',
        code: 'TS2322',
        source: 'mine',
      },
      { file: '/p/demo/b.ts', line: 5, column: 0, message: 'hm', severity: 'warning', source: 'mine' },
    ]);
  });

  it('makes do with a message, and with groups that hold no number', () => {
    const pattern = '^E (?<line>\\w+) (?<message>.*)$';
    const found = readText({ type: 'pattern', name: 'mine', pattern }, 'E x it broke\nE y ');
    expect(found).toMatchObject([
      { file: '', line: 0, message: 'it broke', severity: 'error' },
      { line: 0, message: 'E y' },
    ]);
  });

  it.each([
    '^(?<file>[^:]+):(?<line>\\d+):(?<column>\\d+):\\s+(?<severity>warning|error):\\s+(?<message>.*)$',
    '^\\s*(?<file>.+)\\((?<line>\\d+),(?<column>\\d+)\\):\\s*(?<severity>error|warning)\\s*(?<message>.*)$',
    '^(?<file>.*):(?<line>\\d*):(?<column>\\d*):[ \\t]+(?<severity>(?:fatal )?error|note):[ \\t]+(?<message>.*)$',
    '^(?<file>(?:[\\w.-]+/)*[\\w.-]+):(?<line>\\d+): (?<message>.+)$',
    'error: (?<message>.+)',
    '(?i:error)\\b(?!s) [[\\]{}]{2} x{ (?<message>\\u2718|\\x41)',
  ])('may be %s', (pattern) => {
    expect(() => {
      checkPattern(pattern);
    }).not.toThrow();
  });

  it.each([
    ['(?<message>', /is no regular expression/],
    ['error: (.*)', /no group named “message”/],
    ['\\(\\?<message>x', /no group named “message”/],
    [`(?<message>${'x'.repeat(2000)})`, /longer than 2000/],
    ['(?<message>(a+)+b)', /for ever/],
    ['(?<message>(a|a)*b)', /for ever/],
    ['(?<message>(a*)*c)', /for ever/],
    ['^(?<message>(a?b?)*)c', /for ever/],
    ['^(?<message>(?:\\w+\\s?)*)$', /for ever/],
    ['^(?<message>(x+x+)+y)', /for ever/],
    ['^(?<message>(a|b|ab)*)c', /for ever/],
    ['^(?<message>([A-Z]|(?i:a))*)1', /for ever/],
    ['(?<message>.*.*.*x)', /minutes/],
    ['^(?<message>(.*?,){11}P)', /minutes/],
    ['\\s*(?<file>.+)\\((?<line>\\d+)\\): (?<message>.*)$', /minutes/],
    ['(?<message>(a?){30}a{30})', /may be empty/],
    ['(?<message>x)\\k<message>', /refers back/],
    ['(?<message>x(?=.*y))', /looks ahead/],
    [`${'a*'.repeat(190)}(?<message>x)`, /too complicated/],
    [`(?<message>${'x'.repeat(500)})`, /too long/],
  ])('may not be %s', (pattern, why) => {
    expect(() => {
      checkPattern(pattern);
    }).toThrow(expect.objectContaining({ code: 'invalid', field: 'pattern', message: expect.stringMatching(why) }));
  });
});

/** So many attempts a plain backtracking engine makes before it gives up, like the real one, from each place in the text. */
function attempts(shape: Shape, text: string, most: number): number {
  let count = 0;
  const at = (part: Shape, from: number, then: (to: number) => boolean): boolean => {
    count += 1;
    if (count > most) return true;
    switch (part.type) {
      case 'character': {
        const index = text.charCodeAt(from) - 0x20 + 1;
        return from < text.length && ((part.matches >> BigInt(index)) & 1n) === 1n && then(from + 1);
      }
      case 'sequence': {
        const rest = (index: number, to: number): boolean => {
          const next = part.parts[index];
          return next === undefined ? then(to) : at(next, to, (after) => rest(index + 1, after));
        };
        return rest(0, from);
      }
      case 'choice':
        return part.options.some((option) => at(option, from, then));
      case 'repeat': {
        const again = (times: number, to: number): boolean =>
          (times < part.max &&
            at(part.body, to, (after) => (after > to || times < part.min) && again(times + 1, after))) ||
          (times >= part.min && then(to));
        return again(0, from);
      }
      case 'start':
        return from === 0 && then(from);
      case 'end':
        return from === text.length && then(from);
      case 'assertion':
      case 'backreference':
        return then(from);
    }
  };
  for (let from = 0; from <= text.length; from += 1) {
    if (at(shape, from, () => true)) break;
  }
  return count;
}

describe('a pattern for lines', () => {
  it('needs no group, and is checked all the same', () => {
    expect(() => {
      checkLinePattern('^listening on .*:(\\d+)');
    }).not.toThrow();
    expect(() => {
      checkLinePattern('(a+)+b');
    }).toThrow(expect.objectContaining({ code: 'invalid', field: 'pattern' }));
  });

  it('is not in the error, because it may hold a secret', () => {
    expect(() => {
      checkLinePattern('s3cret: (x');
    }).toThrow(
      expect.objectContaining({
        message: 'The pattern is no regular expression (Unterminated group).',
        cause: undefined,
      }),
    );
  });
});

describe('the cost of a pattern', () => {
  const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 2, depthIdentifier: 'part' },
      fc.constantFrom('a', 'b', '[ab]', '.'),
      tie('pattern').map((inner) => `(?:${inner})`),
      fc.tuple(fc.constantFrom('a', 'b', '.'), fc.constantFrom('*', '+', '?', '*?')).map((both) => both.join('')),
      fc
        .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,3}', '{1,}'))
        .map(([inner, times]) => `(?:${inner})${times}`),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, two]) => `(?:${one}|${two})`),
    ),
    pattern: fc
      .array(tie('part'), { minLength: 1, maxLength: 3, depthIdentifier: 'part' })
      .map((parts) => parts.join('')),
  }));
  const anchored = fc
    .tuple(fc.constantFrom('', '^'), pattern, fc.constantFrom('', 'c', '$'))
    .map((parts) => parts.join(''));
  const pumped = fc
    .tuple(fc.stringMatching(/^[ab]{0,2}$/), fc.stringMatching(/^[ab]{1,2}$/), fc.stringMatching(/^[ab]{0,2}d$/))
    .map(
      ([before, repeated, after]) =>
        (times: number) =>
          before + repeated.repeat(times) + after,
    );

  it('is never less than what an engine takes', () => {
    fc.assert(
      fc.property(anchored, pumped, (source, textOf) => {
        const { shape, everything } = shapeOf(source);
        const cost = costOf(automatonOf(shape, everything));
        fc.pre(cost.type === 'polynomial' && cost.degree <= 1);
        // The worst of some lengths, because a pattern may happen to match one of them.
        const worst = (times: number): number =>
          Math.max(...Array.from({ length: 12 }, (_, fewer) => attempts(shape, textOf(times - fewer), 3_000_000)));
        const [few, many] = [worst(70), worst(140)];
        // Twice the text, 2^(degree + 1) times the attempts, and some for what does not grow as fast.
        expect(many).toBeLessThanOrEqual(few * 2 ** (cost.degree + 1) * 1.5 + 200);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['^[^:]+:\\d+: .*$', 0],
    ['\\s+x', 1],
    ['b*$', 1],
    ['^.*?b*$', 1],
    ['^\\s*.*$', 0],
    ['^.*.*x', 1],
    ['.*.*x', 2],
    ['^.*,.*,.*x', 2],
    ['^[a-z]*[0-9]*[a-z]*x', 1],
  ])('of %s has the degree %i', (source, degree) => {
    const { shape, everything } = shapeOf(source);
    expect(costOf(automatonOf(shape, everything))).toEqual({ type: 'polynomial', degree });
  });
});
