import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodeServerState } from '../../../../src/managers/codeServers/model.ts';
import { type Signal, transition } from '../../../../src/managers/codeServers/transition.ts';

const run = { runId: 'r', pid: 7, startedAt: 1, adopted: false, access: 'devyard' } as const;
const failure = { at: 9, reason: 'because', exitCode: 1, signal: null, lastLines: ['x'] };

const signals: fc.Arbitrary<Signal> = fc.constantFrom<Signal[]>(
  { type: 'created' },
  { type: 'start', at: 1 },
  { type: 'progress', step: 'waiting' },
  { type: 'healthy', run },
  { type: 'unanswered', run, reason: 'no answer', at: 5 },
  { type: 'stop', at: 6 },
  { type: 'ended' },
  { type: 'failed', failure },
);

function apply(state: CodeServerState, signal: Signal): CodeServerState | undefined {
  try {
    return transition(state, signal);
  } catch (error) {
    expect(error).toMatchObject({ name: 'DevyardError', code: 'wrong-state' });
    return undefined;
  }
}

describe('transition', () => {
  it('goes the usual way', () => {
    let state: CodeServerState = { status: 'creating' };
    const way: string[] = [];
    for (const signal of [
      { type: 'created' },
      { type: 'start', at: 1 },
      { type: 'progress', step: 'waiting' },
      { type: 'healthy', run },
      { type: 'unanswered', run, reason: 'no answer', at: 5 },
      { type: 'healthy', run },
      { type: 'stop', at: 6 },
      { type: 'ended' },
    ] satisfies Signal[]) {
      state = transition(state, signal);
      way.push(state.status);
    }
    expect(way).toEqual(['stopped', 'starting', 'starting', 'running', 'unhealthy', 'running', 'stopping', 'stopped']);
  });

  it.each(['creating', 'starting', 'running', 'unhealthy', 'stopping'] as const)(
    'refuses to start while %s',
    (status) => {
      expect(() => transition({ status } as CodeServerState, { type: 'start', at: 1 })).toThrow(status);
    },
  );

  it.each(['stopped', 'failed', 'creating'] as const)('refuses to stop while %s', (status) => {
    expect(() => transition({ status } as CodeServerState, { type: 'stop', at: 1 })).toThrow(status);
  });

  it('keeps the time since which it is unhealthy', () => {
    const first = transition({ status: 'running', run }, { type: 'unanswered', run, reason: 'a', at: 5 });
    expect(transition(first, { type: 'unanswered', run, reason: 'b', at: 50 })).toMatchObject({
      since: 5,
      reason: 'b',
    });
  });

  it('never loses a process: only a start, a health signal or an end change what is said of it', () => {
    fc.assert(
      fc.property(fc.array(signals, { maxLength: 60 }), (sequence) => {
        let state: CodeServerState = { status: 'creating' };
        for (const signal of sequence) {
          const before = structuredClone(state);
          const next = apply(state, signal);
          expect(state).toEqual(before);
          if (next === undefined) continue;
          const hadProcess = ['starting', 'running', 'unhealthy', 'stopping'].includes(state.status);
          const hasProcess = ['starting', 'running', 'unhealthy', 'stopping'].includes(next.status);
          if (!hadProcess && hasProcess) expect(signal.type).toBe('start');
          if (hadProcess && !hasProcess) expect(['ended', 'failed']).toContain(signal.type);
          if (next.status === 'running') expect(signal.type).toBe('healthy');
          state = next;
        }
      }),
    );
  });
});
