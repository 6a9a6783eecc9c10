import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DevyardEvent } from '../../../src/api/contract/events.ts';
import {
  emptySnapshot,
  isChange,
  runningJobOf,
  sorted,
  withEvent,
  withJobs,
  withList,
} from '../../../src/views/shared/snapshot.ts';
import { codeServer, job, running, states } from './samples.ts';

const metrics = { cpuPercent: 2, memoryBytes: 1, processes: 1, sampledAt: 1 };

describe('snapshot', () => {
  it('tells a change of state from a change of the list', () => {
    const { snapshot } = withList(emptySnapshot, [codeServer('a'), codeServer('b')]);
    const started = withEvent(snapshot, { type: 'codeServer.changed', codeServer: codeServer('a', running) });
    expect(started).toMatchObject({ structure: false, changed: ['id-a'], metrics: [] });
    const renamed = withEvent(snapshot, { type: 'codeServer.changed', codeServer: { ...codeServer('a'), name: 'z' } });
    expect(renamed).toMatchObject({ structure: true, changed: ['id-a'] });
    expect(sorted(renamed.snapshot).map(({ name }) => name)).toEqual(['b', 'z']);
    const deleted = withEvent(snapshot, { type: 'codeServer.deleted', id: 'id-b' });
    expect(deleted).toMatchObject({ structure: true, removed: ['id-b'] });
  });

  it('announces nothing when the same list is read again', () => {
    const list = [codeServer('a', running), codeServer('b')];
    const { snapshot } = withList(emptySnapshot, list);
    expect(isChange(withList(snapshot, structuredClone(list)))).toBe(false);
  });

  it('announces new metrics apart from state, and only of servers that exist', () => {
    const { snapshot } = withList(emptySnapshot, [codeServer('a', running)]);
    expect(withEvent(snapshot, { type: 'codeServer.metrics', id: 'id-a', metrics })).toMatchObject({
      structure: false,
      changed: [],
      metrics: ['id-a'],
    });
    expect(isChange(withEvent(snapshot, { type: 'codeServer.metrics', id: 'gone', metrics }))).toBe(false);
  });

  it('ends up with what the daemon has, whatever the order of events before', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const event: fc.Arbitrary<DevyardEvent> = fc.oneof(
      fc.record({ name, state: fc.constantFrom(...states) }).map(({ name, state }): DevyardEvent => ({
        type: 'codeServer.changed',
        codeServer: codeServer(name, state),
      })),
      name.map((name): DevyardEvent => ({ type: 'codeServer.deleted', id: `id-${name}` })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const expected = new Map<string, string>();
        let snapshot = emptySnapshot;
        for (const one of events) {
          const before = snapshot;
          const change = withEvent(snapshot, one);
          snapshot = change.snapshot;
          if (one.type === 'codeServer.changed') expected.set(one.codeServer.id, one.codeServer.state.status);
          if (one.type === 'codeServer.deleted') expected.delete(one.id);
          // Whoever repaints by the announced differences sees the whole truth.
          const keys = (map: ReadonlyMap<string, unknown>): string => [...map.keys()].join(' ');
          expect(change.structure || keys(before.codeServers) === keys(snapshot.codeServers)).toBe(true);
          const unannounced = [...snapshot.codeServers].filter(
            ([id, server]) => !change.changed.includes(id) && before.codeServers.get(id) !== server,
          );
          expect(unannounced).toEqual([]);
        }
        expect(new Map([...snapshot.codeServers].map(([id, { state }]) => [id, state.status]))).toEqual(expected);
      }),
    );
  });

  it('knows the jobs that run, and the end of the last one for who waited for it', () => {
    const running = job('a');
    const begun = withEvent(emptySnapshot, { type: 'job.changed', job: running });
    expect(begun.jobs).toEqual([running]);
    expect(runningJobOf(begun.snapshot, 'id-a')).toEqual(running);
    const further = job('a', { status: 'running', step: 'cloning', fraction: 0.5 });
    const progress = withEvent(begun.snapshot, { type: 'job.progress', job: further });
    expect(progress).toMatchObject({ structure: false, changed: [], jobs: [further] });
    const end = withEvent(progress.snapshot, { type: 'job.changed', job: job('a', { status: 'succeeded', at: 1 }) });
    expect(end.snapshot.jobs.get('job-a')?.state.status).toBe('succeeded');
    expect(runningJobOf(end.snapshot, 'id-a')).toBeUndefined();
    expect(isChange(withEvent(end.snapshot, { type: 'job.progress', job: further }))).toBe(false);
    const next = withEvent(end.snapshot, { type: 'job.changed', job: job('b') });
    expect([...next.snapshot.jobs.keys()]).toEqual(['job-b']);
  });

  it('takes of a list of jobs what runs, and what it saw running', () => {
    const { snapshot } = withJobs(emptySnapshot, [job('a'), job('old', { status: 'cancelled', at: 1 })]);
    expect([...snapshot.jobs.keys()]).toEqual(['job-a']);
    const ended = job('a', { status: 'succeeded', at: 2 });
    expect(withJobs(snapshot, [ended])).toMatchObject({ jobs: [ended] });
    expect(isChange(withJobs(snapshot, [job('a')]))).toBe(false);
    const lost = withJobs(snapshot, []);
    expect(lost.jobs.map(({ id }) => id)).toEqual(['job-a']);
    expect(lost.snapshot.jobs.size).toBe(0);
  });
});
