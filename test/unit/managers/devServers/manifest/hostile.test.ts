import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { findCycle } from '../../../../../src/managers/devServers/manifest/cycles.ts';
import { durationOf, durationText } from '../../../../../src/managers/devServers/manifest/durations.ts';
import { manifestHash } from '../../../../../src/managers/devServers/manifest/hash.ts';
import { build, parse, process, told } from './parsing.ts';

it.each([
  ['of more than 1 MB', `# ${'a'.repeat(1_000_000)}`, '1 MB'],
  ['that is broken', 'version: 1\nprojects: [', 'This is no YAML'],
  [
    'of aliases that multiply',
    ['a: &a0 [1]', ...Array.from({ length: 30 }, (_, i) => `b${i}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`)].join('\n'),
    'more than 50,000 values',
  ],
  ['that stands for itself', 'version: 1\nprojects: &a [*a]', 'inside what it stands for'],
  ['of two documents', 'version: 1\n---\nversion: 1', 'A second YAML document'],
  ['that is a text', 'hello', 'must be a mapping'],
  ['that is a list', '[1]', 'must be a mapping'],
])('a file %s is refused with one problem', async (_, text, message) => {
  const problems = await told(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(message);
});

const word = fc.constantFrom(
  'id',
  'processes',
  'builds',
  'command',
  'port',
  'ready',
  'env',
  'deploy',
  '${port}',
  '..',
  '~',
  '1s',
  'demo',
  'vite',
  'reload',
  'restart',
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 6 },
    fc.jsonValue({ maxDepth: 1 }),
    word,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(word, tie('any'), { maxKeys: 5 }),
  ),
})).any;

test('no text whatever is thrown at, and positions lie in it', async () => {
  const token = fc.constantFrom(
    '- ',
    ': ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '"',
    '&a',
    '*a',
    '<<: ',
    'version: 1\n',
    'projects:\n',
    'id: a\n',
    '${',
    '}',
    '\0',
    '\u{1F600}',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token, { maxLength: 40 }).map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      const parsed = await parse(written);
      const lines = written.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
      if (parsed.ok) return;
      for (const { line, column, message } of parsed.problems) {
        expect(message).not.toBe('');
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
      }
      expect(parsed.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test('no value whatever is thrown at', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        value,
        fc.array(value).map((projects) => ({ version: 1, projects })),
      ),
      async (given) => {
        expect(typeof (await parse(JSON.stringify(given))).ok).toBe('boolean');
      },
    ),
    { numRuns: 500 },
  );
});

test('no process or build whatever is thrown at', async () => {
  const keys = fc.constantFrom(
    'port',
    'ready',
    'env',
    'cwd',
    'dependsOn',
    'watch',
    'deploy',
    'reload',
    'problems',
    'out',
    'restart',
    'debug',
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(process, build), keys, value, async (of, key, given) => {
      expect(typeof (await parse(of(`${key}: ${JSON.stringify(given)}`))).ok).toBe('boolean');
    }),
    { numRuns: 500 },
  );
});

test('a duration is read as it was written', () => {
  fc.assert(
    fc.property(fc.nat(86_400_000), (ms) => {
      expect(durationOf(durationText(ms))).toBe(ms);
    }),
  );
  expect([durationOf('50ms'), durationOf('1.5s'), durationOf('2m'), durationOf('1h')]).toEqual([
    50, 1500, 120_000, 3_600_000,
  ]);
  expect(
    ['', '5', 's', '1.5ms', '-1s', '1 s', '1d', '1e3s'].map(durationOf).filter((each) => each !== undefined),
  ).toEqual([]);
});

/** Whether any name can be reached from itself, by walking everywhere again and again. */
function isKnotted(graph: ReadonlyMap<string, readonly string[]>): boolean {
  return [...graph.keys()].some((start) => {
    let reached = new Set(graph.get(start));
    for (let round = 0; round < graph.size; round += 1) {
      reached = new Set([...reached, ...[...reached].flatMap((name) => graph.get(name) ?? [])]);
    }
    return reached.has(start);
  });
}

test('a circle is found where there is one, and is one', () => {
  const name = fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f', 'g');
  const graphs = fc
    .array(fc.tuple(name, fc.array(name, { maxLength: 3 })), { maxLength: 7 })
    .map((pairs) => new Map(pairs));
  fc.assert(
    fc.property(graphs, (graph) => {
      const cycle = findCycle(graph);
      expect(cycle !== undefined).toBe(isKnotted(graph));
      if (cycle === undefined) return;
      expect(cycle.length).toBeGreaterThan(1);
      expect(cycle[0]).toBe(cycle.at(-1));
      for (const [index, from] of cycle.slice(0, -1).entries()) expect(graph.get(from)).toContain(cycle[index + 1]);
    }),
    { numRuns: 1000 },
  );
});

it('a long chain is no circle', () => {
  const chain = new Map(Array.from({ length: 100_000 }, (_, index) => [String(index), [String(index + 1)]]));
  expect(findCycle(chain)).toBeUndefined();
});

it('a hash covers every byte', () => {
  expect(manifestHash('version: 1\n')).toMatch(/^[0-9a-f]{64}$/);
  expect(manifestHash('version: 1\n')).not.toBe(manifestHash('version: 1'));
});
