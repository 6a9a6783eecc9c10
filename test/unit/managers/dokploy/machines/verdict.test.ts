import { describe, expect, it } from 'vitest';
import type { Task } from '../../../../../src/managers/dokploy/api/types.ts';
import { verdictOf } from '../../../../../src/managers/dokploy/machines/verdict.ts';

let count = 0;
/** A swarm task as Dokploy lists it; its state as the API gives it, or as Dokploy does: what is desired. */
const task = (statusText: string, error = '', state?: string): Task => ({
  containerId: `task${String((count += 1))}`,
  name: 'app.1',
  state: state ?? (/^\w+/.exec(statusText)?.[0] ?? '').toLowerCase(),
  statusText,
  node: 'vm',
  error,
});
const container = (state: string, statusText: string): Task => ({ ...task(statusText), state });

describe('the tasks of a swarm service', () => {
  it('are stopped where there are none, or only ones that were ended', () => {
    expect(verdictOf([])).toStrictEqual({ status: 'stopped' });
    expect(verdictOf([task('Shutdown 3 seconds ago')])).toStrictEqual({ status: 'stopped' });
    expect(verdictOf([task('Complete 2 minutes ago')])).toStrictEqual({ status: 'stopped' });
    expect(verdictOf([task('Running 2 minutes ago', '', 'shutdown')])).toStrictEqual({ status: 'stopped' });
  });

  it('run when the newest does (recorded answer 52)', () => {
    const running = task('Running less than a second ago', 'Error:', 'running');
    expect(verdictOf([running, task('Failed 9 seconds ago', '"task: non-zero exit (3)"')])).toStrictEqual({
      status: 'running',
      task: running,
    });
  });

  it('fail when they end again and again (recorded answer 76)', () => {
    const exit = '"task: non-zero exit (3)"';
    const failed = [task('Failed 3 seconds ago', exit, 'shutdown'), task('Failed 9 seconds ago', exit, 'shutdown')];
    expect(verdictOf([task('Ready 3 seconds ago', '', 'ready'), ...failed])).toStrictEqual({
      status: 'failed',
      reason: 'It ends again and again. Task: non-zero exit (3).',
    });
    expect(verdictOf([task('Ready 3 seconds ago'), ...failed.slice(1)])).toMatchObject({ status: 'starting' });
    expect(verdictOf(failed)).toStrictEqual({ status: 'failed', reason: 'Task: non-zero exit (3).' });
  });

  it('fail when the newest finds no place, though its predecessor runs (recorded answer 165)', () => {
    const waiting = task(
      'Pending 12 seconds ago',
      '"no suitable node (host-mode port already in use on 1 node)"',
      'running',
    );
    expect(verdictOf([waiting, task('Running 12 seconds ago', 'Error:', 'running')])).toStrictEqual({
      status: 'failed',
      reason: 'No suitable node (host-mode port already in use on 1 node).',
    });
  });

  it.each(['New', 'Pending', 'Assigned', 'Preparing', 'Ready', 'Starting'])('start while the newest is %s', (word) => {
    expect(verdictOf([task(`${word} 2 seconds ago`), task('Running 5 minutes ago')])).toMatchObject({
      status: 'starting',
    });
  });

  it('are not held against their successor once one of them ran well', () => {
    const older = ['Shutdown 1 minute ago', 'Failed 2 minutes ago', 'Failed 3 minutes ago'].map((text) => task(text));
    expect(verdictOf([task('Starting 1 second ago'), ...older])).toMatchObject({ status: 'starting' });
  });
});

describe('the containers of a compose service', () => {
  it.each([
    ['running', 'Up 5 minutes', 'running'],
    ['running', 'Up 3 seconds (health: starting)', 'running'],
    ['created', 'Created', 'starting'],
    ['restarting', 'Restarting (3) 2 seconds ago', 'failed'],
    ['paused', 'Up 3 minutes (Paused)', 'failed'],
    ['dead', 'Dead', 'failed'],
    ['exited', 'Exited (0) 2 seconds ago', 'stopped'],
    ['exited', 'Exited (137) 2 seconds ago', 'stopped'],
    ['exited', 'Exited (143) 2 seconds ago', 'stopped'],
    ['exited', 'Exited (3) 2 seconds ago', 'failed'],
  ])('that are %s (%s) are %s', (state, text, status) => {
    expect(verdictOf([container(state, text)])).toMatchObject({ status });
  });
});
