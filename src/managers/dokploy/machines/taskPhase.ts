import type { Task } from '../api/types.ts';

export type TaskPhase = 'starting' | 'running' | 'restarting' | 'paused' | 'ended' | 'failed' | 'removed';

/** Docker documents these as "swarm task states". */
const ofSwarmTask: Readonly<Record<string, TaskPhase>> = {
  new: 'starting',
  allocated: 'starting',
  pending: 'starting',
  assigned: 'starting',
  accepted: 'starting',
  preparing: 'starting',
  ready: 'starting',
  starting: 'starting',
  running: 'running',
  complete: 'ended',
  failed: 'failed',
  rejected: 'failed',
  orphaned: 'failed',
  shutdown: 'removed',
  remove: 'removed',
};

/** `docker ps` knows these. */
const ofContainer: Readonly<Record<string, TaskPhase>> = {
  created: 'starting',
  running: 'running',
  restarting: 'restarting',
  paused: 'paused',
  exited: 'ended',
  dead: 'failed',
  removing: 'removed',
};

/** How a task is. Dokploy's `state` of a swarm task is what is desired of it (recorded answer 165); its text says what is. */
export function phaseOf(task: Task): TaskPhase {
  const phase = isSwarmTask(task) ? ofSwarmTask[firstWord(task.statusText)] : ofContainer[task.state];
  return phase ?? 'starting';
}

/** A task of a swarm service; otherwise a container of a compose service. */
export function isSwarmTask(task: Task): boolean {
  return firstWord(task.statusText) in ofSwarmTask;
}

/** Whether something of it still runs or is about to, wanted or not. */
export function isAlive(task: Task): boolean {
  return ['starting', 'running', 'restarting', 'paused'].includes(phaseOf(task));
}

/** What is wrong with it, in Docker's words; empty: nothing. Dokploy may leave its own label and quotes in it. */
export function errorOf({ error }: Task): string {
  return error
    .replace(/^Error:/, '')
    .trim()
    .replace(/^"(.*)"$/s, '$1');
}

/** What a task on its way up waits for, for people. */
export function stepOf({ statusText }: Task): string {
  switch (firstWord(statusText)) {
    case 'pending':
      return 'It waits for a node.';
    case 'preparing':
      return 'Its node gets the image.';
    case 'starting':
      return 'Its container starts.';
    default:
      return 'It is about to start.';
  }
}

/** Of a container that ended: `Exited (3) 2 seconds ago`. */
export function exitCodeOf({ statusText }: Task): number | undefined {
  const code = /^\w+ \((\d+)\)/.exec(statusText)?.[1];
  return code === undefined ? undefined : Number(code);
}

function firstWord(text: string): string {
  return /^\w+/.exec(text)?.[0].toLowerCase() ?? '';
}
