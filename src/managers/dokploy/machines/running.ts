import { isDeepStrictEqual } from 'node:util';
import { DevyardError } from '../../shared/errors.ts';
import { isDokployFailure } from '../api/failure.ts';
import type { Task } from '../api/types.ts';
import type { SshEndpoint } from '../ssh/types.ts';
import { causeIn, logLines, withLines } from './causeInLog.ts';
import { startFailureCode } from './portConflict.ts';
import { isAlive } from './taskPhase.ts';
import type { MachineContext, MachineRef, TaskVerdict } from './types.ts';
import { endingAgain, endsOf, verdictOf } from './verdict.ts';
import { lookUntil, pause } from './waiting.ts';

/** From the moment that something was to run: a node may have to pull the image first. */
export const startDeadlineMs = 10 * 60_000;
/** A failure that lasts so long is one: between two tasks there is always a moment without any. */
const failedAfterMs = 4000;
/** Tasks that ended by themselves, one after the other: what is started so often is not coming up, though each ran a while. */
const mostEnds = 3;
/** How often tasks are asked for while somebody tries to log in. */
const watchMs = 1500;
const tail = 40;

export interface RunningOptions {
  /** Ids of tasks that were there before: what they say is not about what was just started. */
  readonly former?: ReadonlySet<string>;
  readonly secrets?: readonly string[];
}

/** Ids of the swarm tasks of now. A compose service keeps its container where nothing changed, so its count again. */
export async function formerTasks({ api, signal }: MachineContext, ref: MachineRef): Promise<ReadonlySet<string>> {
  if (ref.kind === 'compose') return new Set();
  return new Set((await api.tasks(ref, { signal })).map(({ containerId }) => containerId));
}

/** Waits until a task runs. Rejects `start-failed` with the container's own words for one that ends or finds no place. */
export async function waitForTask(
  context: MachineContext,
  ref: MachineRef,
  options: RunningOptions = {},
): Promise<Task> {
  const patience = failureWatch(context, options);
  let last: TaskVerdict = { status: 'stopped' };
  const seen = await lookUntil(context, startDeadlineMs, async () => {
    const [verdict, tasks] = await ask(context, ref, options);
    if (verdict.status === 'running') return verdict;
    if (verdict.status === 'starting' && !isDeepStrictEqual(verdict, last)) context.step(verdict.reason, null);
    last = verdict;
    return patience(verdict, tasks);
  });
  if (seen?.status === 'running') return seen.task;
  throw await failureOf(context, ref, seen ?? last, options);
}

/**
 * Logs in, and gives up as soon as the machine turns out to end instead. Rejects with what `context.login` rejects with, or
 * `start-failed`.
 */
export async function logInto(
  context: MachineContext,
  ref: MachineRef,
  endpoint: SshEndpoint,
  options: RunningOptions = {},
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const patience = failureWatch(context, options);
  const watch = async (): Promise<never> => {
    for (;;) {
      await pause({ clock: context.clock, signal }, watchMs);
      const failed = patience(...(await ask({ ...context, signal }, ref, options)));
      if (failed !== undefined) throw await failureOf(context, ref, failed, options);
    }
  };
  const watching = watch();
  const login = context.login(endpoint, signal);
  try {
    await Promise.race([login, watching.catch(onlyStartFailures)]);
  } finally {
    over.abort(context.signal.reason ?? new DevyardError('cancelled', 'It is over.'));
    await Promise.allSettled([login, watching]);
  }
}

/** A server that does not answer for a moment says nothing about the machine: the login decides. */
function onlyStartFailures(error: unknown): Promise<never> {
  if (error instanceof DevyardError && error.code === 'start-failed') throw error;
  return new Promise(() => undefined);
}

async function ask(
  { api, signal }: MachineContext,
  ref: MachineRef,
  { former = new Set() }: RunningOptions,
): Promise<readonly [verdict: TaskVerdict, tasks: readonly Task[]]> {
  const tasks = (await api.tasks(ref, { signal })).filter(({ containerId }) => !former.has(containerId));
  return [verdictOf(tasks), tasks];
}

/** As what a machine that should run has failed for good, if it has: without tasks it was not even begun. */
function failureWatch(
  { clock }: MachineContext,
  options: RunningOptions,
): (verdict: TaskVerdict, tasks: readonly Task[]) => TaskVerdict | undefined {
  let since: number | undefined;
  // Where nobody knows what was there before, that is what is there at first.
  let { former } = options;
  const ended = new Set<string>();
  return (verdict, tasks) => {
    const ends = endsOf(tasks);
    former ??= new Set(ends.map(({ containerId }) => containerId));
    for (const { containerId } of ends) if (!former.has(containerId)) ended.add(containerId);
    const [last] = ends;
    if (last !== undefined && ended.size >= mostEnds) return endingAgain(last);
    if (verdict.status === 'running' || verdict.status === 'starting' || tasks.length === 0) {
      since = undefined;
      return undefined;
    }
    since ??= clock.monotonic();
    return clock.monotonic() - since >= failedAfterMs ? verdict : undefined;
  };
}

async function failureOf(
  context: MachineContext,
  ref: MachineRef,
  verdict: TaskVerdict,
  { former = new Set(), secrets = [] }: RunningOptions,
): Promise<DevyardError> {
  const lines = await containerLines(context, ref, secrets);
  for (const line of lines) context.log(line);
  const cause = causeIn(lines);
  const words = verdict.status === 'failed' || verdict.status === 'starting' ? verdict.reason : 'Nothing of it runs.';
  const said = cause === undefined ? '' : ` Its log: ${cause}`;
  return new DevyardError(startFailureCode(words), withLines(`The machine does not run. ${words}${said}`, lines), {
    hint: (await isInItsOwnWay(context, ref, words, former)) ? itsOwnWay : hintFor(words),
  });
}

const itsOwnWay =
  'Its former container still has the port: Dokploy starts a new one first. Set its update order to stop-first in Dokploy (Advanced, Swarm Settings), or stop and start it.';

/** What Devyard makes stops first; what it adopted is made as somebody else wished. */
async function isInItsOwnWay(
  { api, signal }: MachineContext,
  ref: MachineRef,
  words: string,
  former: ReadonlySet<string>,
): Promise<boolean> {
  if (startFailureCode(words) !== 'port-taken') return false;
  try {
    const tasks = await api.tasks(ref, { signal });
    return tasks.some((task) => former.has(task.containerId) && isAlive(task));
  } catch (error) {
    if (isDokployFailure(error)) return false;
    throw error;
  }
}

function hintFor(words: string): string {
  if (startFailureCode(words) === 'port-taken')
    return 'Another program of that server has the port. Choose another one.';
  if (/no suitable node/i.test(words))
    return 'No node has what it asks for. Lower its limits, or choose another server.';
  return 'Look at its container log.';
}

async function containerLines(
  { api, signal }: MachineContext,
  ref: MachineRef,
  secrets: readonly string[],
): Promise<readonly string[]> {
  try {
    const text = await api.containerLog(ref, tail, { signal });
    // Docker's time stamps are not what somebody looks for.
    return logLines(text.replaceAll(/^\d{4}-\d\d-\d\dT[\d:.]+Z /gm, ''), secrets);
  } catch (error) {
    if (isDokployFailure(error)) return [];
    throw error;
  }
}
