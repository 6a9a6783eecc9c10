import type { Task } from '../api/types.ts';
import { errorOf, exitCodeOf, isAlive, isSwarmTask, phaseOf, stepOf, type TaskPhase } from './taskPhase.ts';
import type { TaskVerdict } from './types.ts';

/**
 * What the tasks of a swarm service or the containers of a compose service say together, the newest first. Of swarm tasks, the
 * newest one that is wanted counts: while an update finds no place, its predecessor still runs, but what was deployed does not.
 */
export function verdictOf(tasks: readonly Task[]): TaskVerdict {
  const [newest] = tasks;
  if (newest === undefined) return { status: 'stopped' };
  return isSwarmTask(newest) ? ofSwarmTasks(tasks, newest) : ofContainers(tasks, newest);
}

function ofSwarmTasks(tasks: readonly Task[], newest: Task): TaskVerdict {
  const current = tasks.find((task) => task.state !== 'shutdown' && isAlive(task));
  if (current === undefined) {
    return phaseOf(newest) === 'failed' ? { status: 'failed', reason: endOf(newest) } : { status: 'stopped' };
  }
  const error = errorOf(current);
  // Such as a port that is taken or a node that is full: nothing that passes by itself.
  if (error !== '') return { status: 'failed', reason: sentence(error) };
  if (phaseOf(current) === 'running') return { status: 'running', task: current };
  const ends = endsBefore(tasks.slice(tasks.indexOf(current) + 1));
  const [last] = ends;
  if (last === undefined) return { status: 'starting', reason: stepOf(current) };
  if (ends.length === 1) return { status: 'starting', reason: `It is started again. ${endOf(last)}` };
  return endingAgain(last);
}

/** The swarm tasks that ended by themselves. */
export function endsOf(tasks: readonly Task[]): readonly Task[] {
  return tasks.filter((task) => isSwarmTask(task) && ['ended', 'failed'].includes(phaseOf(task)));
}

/** Of what ended more often than by chance, the last time like this. */
export function endingAgain(last: Task): Extract<TaskVerdict, { status: 'failed' }> {
  return { status: 'failed', reason: `It ends again and again. ${endOf(last)}` };
}

/** The tasks that ended by themselves, back to one that did not. */
function endsBefore(older: readonly Task[]): readonly Task[] {
  const other = older.findIndex((task) => !['ended', 'failed'].includes(phaseOf(task)));
  return other === -1 ? older : older.slice(0, other);
}

function ofContainers(containers: readonly Task[], newest: Task): TaskVerdict {
  const one = (phase: TaskPhase): Task | undefined => containers.find((task) => phaseOf(task) === phase);
  const running = one('running');
  if (running !== undefined) return { status: 'running', task: running };
  const restarting = one('restarting');
  if (restarting !== undefined) return endingAgain(restarting);
  const starting = one('starting');
  if (starting !== undefined) return { status: 'starting', reason: stepOf(starting) };
  if (one('paused') !== undefined) return { status: 'failed', reason: 'Its container is paused.' };
  if (phaseOf(newest) === 'failed' || !wasStopped(newest)) return { status: 'failed', reason: endOf(newest) };
  return { status: 'stopped' };
}

/** Ended by itself with 0, or by the signals that a stop sends: TERM, then KILL. */
function wasStopped(container: Task): boolean {
  const code = exitCodeOf(container);
  return code === undefined || [0, 137, 143].includes(code);
}

function endOf(task: Task): string {
  const error = errorOf(task);
  return sentence(error === '' ? task.statusText : error);
}

/** Docker's words as a sentence of their own, without the time that passed: `Task: non-zero exit (3).` */
function sentence(words: string): string {
  const text = words.replace(/ (?:\d+|about an?|less than a) \w+ ago\s*$/i, '').trim();
  if (text === '') return 'Docker does not say why.';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
