import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../../src/managers/dokploy/api/types.ts';
import type { WorkspaceState } from '../../../../src/managers/dokploy/model.ts';
import { type Facts, nothingKnown, type Sight, stateOf } from '../../../../src/managers/dokploy/workspaceState.ts';

const task: Task = {
  containerId: 'c',
  name: 'box.1',
  state: 'running',
  statusText: 'Running',
  node: 'node1',
  error: '',
};
const running = { status: 'running', task } as const;
const sights: readonly (Sight | undefined)[] = [
  undefined,
  running,
  { status: 'starting', reason: 'preparing' },
  { status: 'stopped' },
  { status: 'failed', reason: 'exit code 3' },
  { status: 'unseen' },
];
const failure = { status: 'failed', reason: 'no such image', lastLines: ['manifest unknown'] } as const;
const refusal = { status: 'failed', reason: 'another host', lastLines: [] } as const;
const stopped = { status: 'stopped' } as const;
const now = 1000;

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  work: fc.constantFrom(undefined, { since: 5, step: 'creating' }),
  listed: fc.constantFrom(undefined, 'idle', 'running', 'done', 'error', 'absent', 'hidden'),
  sight: fc.constantFrom(...sights),
  sshAnswers: fc.constantFrom(undefined, true, false),
  refusal: fc.constantFrom(undefined, refusal),
  outcome: fc.constantFrom<Facts['outcome'][]>(undefined, failure, { status: 'unverified', reason: 'no answer' }),
});
const anyState: fc.Arbitrary<WorkspaceState> = fc.constantFrom<WorkspaceState[]>(
  stopped,
  { status: 'gone' },
  { status: 'running', node: 'node1' },
  { status: 'deploying', since: 1, step: 'creating' },
  { status: 'unverified', reason: 'x' },
  failure,
);
const told = (facts: Partial<Facts>, before: WorkspaceState = stopped): WorkspaceState =>
  stateOf({ ...nothingKnown, ...facts }, before, now);

describe('the state of a workspace', () => {
  it('is running exactly when a task runs, SSH answers, and nobody works on it', () => {
    fc.assert(
      fc.property(anyFacts, anyState, (facts, before) => {
        const isUp =
          facts.work === undefined &&
          !['absent', 'hidden', 'running'].includes(facts.listed ?? '') &&
          facts.sight?.status === 'running' &&
          facts.sshAnswers === true &&
          facts.refusal === undefined;
        const { work, listed, sight, refusal: refused, outcome } = facts;
        const isKnown = [work, listed, sight, refused, outcome].some((fact) => fact !== undefined);
        const isRunning = stateOf(facts, before, now).status === 'running';
        expect(isKnown && isRunning !== isUp).toBe(false);
      }),
    );
  });

  it('is gone only when it is nowhere on its server', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const isGone = facts.work === undefined && facts.listed === 'absent';
        expect(stateOf(facts, stopped, now).status === 'gone').toBe(isGone);
      }),
    );
    expect(told({ listed: 'hidden', sight: running, sshAnswers: true }).status).toBe('unverified');
  });

  it('is stopped only when there is no task, or Dokploy says that nothing was deployed', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        if (stateOf(facts, { status: 'gone' }, now).status !== 'stopped') return;
        expect(facts.sight?.status === 'stopped' || facts.listed === 'idle').toBe(true);
      }),
    );
  });

  it('keeps what a former daemon knew while nobody was asked, but not work that nobody does', () => {
    expect(told({}, { status: 'running', node: 'n' })).toEqual({ status: 'running', node: 'n' });
    expect(told({}, { status: 'deploying', since: 1, step: 'creating' }).status).toBe('unverified');
  });

  it('believes tasks more than a status that says done of what crashes again and again', () => {
    const sight = { status: 'failed', reason: 'exit code 3' } as const;
    expect(told({ listed: 'done', sight })).toMatchObject({ status: 'failed', reason: 'exit code 3' });
  });

  it('is running though Dokploy says idle after it was killed amid a deployment', () => {
    expect(told({ listed: 'idle', sight: running, sshAnswers: true })).toEqual({ status: 'running', node: 'node1' });
  });

  it('is deploying since it was first seen to, whatever it is doing for that', () => {
    expect(told({ listed: 'running' })).toMatchObject({ status: 'deploying', since: now });
    const before = { status: 'deploying', since: 7, step: 'deploying' } as const;
    expect(told({ sight: { status: 'starting', reason: 'Preparing.' } }, before)).toMatchObject({ since: 7 });
  });

  it('does not take silence about another server for proof that nothing runs there', () => {
    expect(told({ listed: 'done', sight: { status: 'unseen' } }).status).toBe('unverified');
    expect(told({ sight: { status: 'unseen' } }).status).toBe('unverified');
    expect(told({ listed: 'idle', sight: { status: 'unseen' } })).toEqual(stopped);
  });

  it('says in whose words it failed', () => {
    expect(told({ listed: 'error', outcome: failure })).toEqual(failure);
  });

  it('is not running when another host answers in its place, also before its tasks are asked for', () => {
    expect(told({ sight: running, sshAnswers: true, refusal })).toEqual(refusal);
    expect(told({ refusal }, { status: 'running', node: '' })).toEqual(refusal);
    expect(told({ sight: { status: 'stopped' }, refusal })).toEqual(stopped);
  });

  it('does not call deployed what nobody asked after', () => {
    expect(told({ listed: 'done' }).status).toBe('unverified');
    expect(told({ listed: 'idle' }, { status: 'running', node: '' }).status).toBe('stopped');
  });
});
