import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isSame,
  judge,
  type Attachment,
  type Sight,
} from '../../../../../src/managers/devServers/external/transition.ts';

const attachment = (pid: number, startTime = '1', addr = '127.0.0.1:1'): Attachment => ({
  info: { pid, protocol: 'grpc', protocolVersion: 1, addr },
  identity: { pid, startTime, bootId: 'b' },
});
const one = attachment(10);

describe('what follows from a look', () => {
  it('is nothing new when the same plugin answers', () => {
    expect(judge(one, { kind: 'answers', attachment: attachment(10) }, 0).attachment).toBe(one);
  });

  it.each([
    ['another address', attachment(10, '1', '127.0.0.1:2')],
    ['another process with that pid', attachment(10, '2')],
    ['another pid', attachment(11)],
  ])('is another plugin: %s', (_name, other) => {
    expect(judge(one, { kind: 'answers', attachment: other }, 0).attachment).toBe(other);
  });

  it('takes a missing file for a replacement first', () => {
    const first = judge(one, { kind: 'missing' }, 0);
    expect(first.attachment).toBe(one);
    expect(first.againMs).toBeGreaterThan(0);
    expect(judge(one, { kind: 'missing' }, 1)).toEqual({ attachment: undefined });
  });

  it('tells of a file that is unfit for longer, and keeps who is attached', () => {
    const unfit: Sight = { kind: 'unfit', problem: 'Bad.' };
    expect(judge(one, unfit, 0)).toEqual({ attachment: one, againMs: expect.any(Number) as number });
    expect(judge(one, unfit, 1)).toEqual({ attachment: one, problem: 'Bad.' });
  });

  it('asks ever more rarely whether the address answers', () => {
    const waits = [0, 1, 2, 9, 1000].map((repeats) => judge(undefined, { kind: 'silent' }, repeats).againMs);
    expect(waits).toEqual([250, 500, 1000, 10_000, 10_000]);
  });

  it('attaches only who answers, and keeps no timer for what is settled', () => {
    const sights = fc.oneof(
      fc.constantFrom<Sight>(
        { kind: 'missing' },
        { kind: 'dead' },
        { kind: 'silent' },
        { kind: 'unfit', problem: 'Bad.' },
      ),
      fc
        .record({ pid: fc.integer({ min: 2, max: 4 }), startTime: fc.constantFrom('1', '2') })
        .map(({ pid, startTime }): Sight => ({ kind: 'answers', attachment: attachment(pid, startTime) })),
    );
    fc.assert(
      fc.property(fc.array(sights), (looks) => {
        let current: Attachment | undefined;
        let last: Sight['kind'] | undefined;
        let repeats = 0;
        for (const sight of looks) {
          repeats = sight.kind === last ? repeats + 1 : 0;
          last = sight.kind;
          const verdict = judge(current, sight, repeats);
          const gained = verdict.attachment !== undefined && !isSame(verdict.attachment, current);
          expect(gained && sight.kind !== 'answers').toBe(false);
          const settled = sight.kind === 'answers' || sight.kind === 'dead' || (repeats > 0 && sight.kind !== 'silent');
          expect(verdict.againMs === undefined || !settled).toBe(true);
          current = verdict.attachment;
        }
      }),
    );
  });
});
