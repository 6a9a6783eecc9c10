import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DevProcessState } from '../../../../../src/managers/devServers/model.ts';
import { type ProcessSignal, transition } from '../../../../../src/managers/devServers/process/state.ts';

const runOf = (runId: string) => ({
  runId,
  pid: 7,
  startedAt: 1,
  adopted: false,
  port: 15_173,
  url: 'http://127.0.0.1:15173/',
  debugPort: null,
});
const failure = { at: 9, reason: 'because', exitCode: 1, signal: null, lastLines: ['x'], attempt: 1 };

const runId = fc.constantFrom('a', 'b');
const signals: fc.Arbitrary<ProcessSignal> = fc.oneof(
  fc.constantFrom<ProcessSignal[]>(
    { type: 'start', at: 1, step: 'preparing' },
    { type: 'step', step: 'launching' },
    { type: 'gone', at: 2 },
    { type: 'failed', failure },
    { type: 'stopped', at: 3 },
  ),
  runId.map((id): ProcessSignal => ({ type: 'launched', run: runOf(id), waitingFor: ['x'] })),
  runId.map((id): ProcessSignal => ({ type: 'adopted', run: runOf(id), waitingFor: [] })),
  runId.map((id): ProcessSignal => ({ type: 'waiting', runId: id, waitingFor: ['y'] })),
  runId.map((id): ProcessSignal => ({ type: 'ready', runId: id, at: 4 })),
  runId.map((id): ProcessSignal => ({ type: 'moved', runId: id, at: 5, step: 'moving' })),
);

function apply(state: DevProcessState, signal: ProcessSignal): DevProcessState | undefined {
  try {
    return transition(state, signal);
  } catch (error) {
    expect(error).toMatchObject({ name: 'DevyardError', code: 'wrong-state' });
    return undefined;
  }
}

describe('transition', () => {
  it('goes the usual way', () => {
    const way: string[] = [];
    let state: DevProcessState = { status: 'idle' };
    for (const signal of [
      { type: 'start', at: 1, step: 'preparing' },
      { type: 'step', step: 'launching' },
      { type: 'launched', run: runOf('a'), waitingFor: ['x'] },
      { type: 'moved', runId: 'a', at: 2, step: 'moving' },
      { type: 'launched', run: runOf('b'), waitingFor: ['x'] },
      { type: 'waiting', runId: 'b', waitingFor: ['y'] },
      { type: 'ready', runId: 'b', at: 4 },
      { type: 'failed', failure },
      { type: 'start', at: 5, step: 'preparing' },
      { type: 'stopped', at: 6 },
    ] satisfies ProcessSignal[]) {
      state = transition(state, signal);
      way.push(state.status);
    }
    const up = ['starting', 'starting', 'running', 'starting', 'running', 'running', 'ready'];
    expect(way).toEqual([...up, 'error', 'starting', 'stopped']);
  });

  it('says nothing after *stopped* but a new start or an adoption', () => {
    fc.assert(
      fc.property(signals, (signal) => {
        const next = apply({ status: 'stopped', at: 1 }, signal);
        expect(next !== undefined).toBe(signal.type === 'start' || signal.type === 'adopted');
      }),
    );
  });

  it('never takes news of one run for news of another, and is ready only by a signal of the run that runs', () => {
    fc.assert(
      fc.property(fc.array(signals, { maxLength: 60 }), (sequence) => {
        let state: DevProcessState = { status: 'idle' };
        for (const signal of sequence) {
          const before = structuredClone(state);
          const next = apply(state, signal);
          expect(state).toEqual(before);
          if (next === undefined) continue;
          if ('runId' in signal) expect(before).toMatchObject({ run: { runId: signal.runId } });
          if (next.status === 'ready') expect(signal.type).toBe('ready');
          if (next.status === 'running' && before.status !== 'running')
            expect(['launched', 'adopted']).toContain(signal.type);
          if (signal.type === 'launched') expect(before.status).toBe('starting');
          state = next;
        }
      }),
    );
  });
});
