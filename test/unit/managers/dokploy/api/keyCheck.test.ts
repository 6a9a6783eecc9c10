import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DokployFailure } from '../../../../../src/managers/dokploy/api/failure.ts';
import {
  explainKey,
  judgeKey,
  type KeyHistory,
  problemOf,
  problemOfKey,
  tellingCalls,
} from '../../../../../src/managers/dokploy/api/keyCheck.ts';

const hour = 3_600_000;
const now = 1000 * hour;
const fresh: KeyHistory = { unlimited: false, lastWorkedAt: null };
const worked = (hoursAgo: number, unlimited = false): KeyHistory => ({
  unlimited,
  lastWorkedAt: now - hoursAgo * hour,
});

describe('a key that is not taken', () => {
  it.each([
    ['never worked', fresh, 'bad-key'],
    ['worked an hour ago and was never tested to the end', worked(1), 'rate-limited-key'],
    ['worked two days ago: no limit lasts that long', worked(48), 'revoked-key'],
    ['bore more calls than a limited one', worked(1, true), 'revoked-key'],
    ['bore them long ago', worked(480, true), 'revoked-key'],
    ['worked in the future, by a clock that was set back since', worked(-5), 'rate-limited-key'],
  ] as const)('%s', (_what, history, problem) => {
    expect(problemOfKey(history, now)).toBe(problem);
    expect(problemOf(new DokployFailure('unauthorized', '', { call: 'a.b', host: 'h' }), history, now)).toBe(problem);
  });
});

/** Dokploy's side: a key with `left` calls left (null: without a limit), or one that it does not know (undefined). */
function testAgainst(left: number | null | undefined, history: KeyHistory) {
  let letIn = 0;
  let rest = left;
  for (let call = 0; call < tellingCalls; call += 1) {
    if (rest === undefined || rest === 0) return judgeKey(letIn, true, history, now);
    if (rest !== null) rest -= 1;
    letIn += 1;
  }
  return judgeKey(letIn, false, history, now);
}

const histories: fc.Arbitrary<KeyHistory> = fc.record({
  unlimited: fc.boolean(),
  lastWorkedAt: fc.option(fc.integer({ min: 0, max: 2 * now })),
});

describe('a test', () => {
  it('finds nothing wrong with a key without a limit, and remembers that', () => {
    fc.assert(
      fc.property(histories, (history) => {
        expect(testAgainst(null, history)).toEqual({
          problem: undefined,
          history: { unlimited: true, lastWorkedAt: now },
        });
      }),
    );
  });

  it('finds a limited key for certain as long as it has one call left, whatever was thought of it', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 5 }), (history, left) => {
        expect(testAgainst(left, history)).toEqual({
          problem: 'rate-limited-key',
          history: { unlimited: false, lastWorkedAt: now },
        });
      }),
    );
  });

  it('finds a wrong or used up key by its history alone, which stays as it was', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(0, undefined), (history, left) => {
        const verdict = testAgainst(left, history);
        expect(verdict.history).toBe(history);
        expect(verdict.problem).toBe(problemOfKey(history, now));
      }),
    );
  });

  it('says the same about a key after each of its lives: wrong, limited, used up, revoked', () => {
    expect(testAgainst(undefined, fresh).problem).toBe('bad-key');
    const first = testAgainst(5, fresh);
    expect(first.problem).toBe('rate-limited-key');
    expect(testAgainst(0, first.history).problem).toBe('rate-limited-key');
    const good = testAgainst(null, fresh);
    expect(testAgainst(undefined, good.history).problem).toBe('revoked-key');
  });
});

describe('what is told', () => {
  it.each(['bad-key', 'revoked-key', 'rate-limited-key'] as const)('says what to do about a %s', (problem) => {
    const before = new DokployFailure('unauthorized', 'x', { call: 'project.all', host: 'host', status: 401 });
    const after = explainKey(before, problem);
    expect(after).toMatchObject({ kind: 'unauthorized', call: 'project.all', host: 'host', status: 401 });
    expect(after.message).toContain('(project.all)');
    expect(after.hint).toContain('API/CLI Keys');
  });

  it('has a problem for every kind of failure', () => {
    const of = (kind: DokployFailure['kind']) =>
      problemOf(new DokployFailure(kind, '', { call: '', host: '' }), fresh, now);
    expect([of('unreachable'), of('torn'), of('timeout')]).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect([of('certificate'), of('forbidden'), of('not-dokploy')]).toEqual([
      'certificate',
      'forbidden',
      'not-dokploy',
    ]);
    expect([of('server-error'), of('malformed'), problemOf(new Error('x'), fresh, now)]).toEqual(
      Array(3).fill('failing'),
    );
  });
});
