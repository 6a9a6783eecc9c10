import type { DokployApi } from './api/types.ts';
import { verdictOf } from './machines/verdict.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import type { Sight } from './workspaceState.ts';

/** How long an answer about tasks that run, or are stopped, is good enough for who looks. Milliseconds. */
const settledMs = 30_000;
/** The same of tasks that come up or fail. */
const unsettledMs = 4000;
/** How many workspaces of a server are asked after at a time. */
const atOnce = 4;

/** Whether its tasks are to be asked for, for somebody who looks at it. `now` on the monotonic clock. */
export function isDue(
  { askedAt, isWorkedOn, definition }: Pick<ManagedWorkspace, 'askedAt' | 'isWorkedOn' | 'definition'>,
  now: number,
): boolean {
  if (isWorkedOn || definition.serviceId === null || definition.state.status === 'gone') return false;
  if (askedAt === undefined) return true;
  const { status } = definition.state;
  return now - askedAt >= (status === 'running' || status === 'stopped' ? settledMs : unsettledMs);
}

/** Asks for the tasks of a workspace and, where one runs, whether SSH answers. */
export async function askTasks(
  workspace: ManagedWorkspace,
  api: DokployApi,
  sshAnswers: (workspace: ManagedWorkspace) => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ref = workspace.ref();
  const { era } = workspace;
  const tasks = await api.tasks(ref, { signal });
  // Dokploy answers the same when the other server, or its Docker engine, cannot be reached.
  const sight: Sight = tasks.length === 0 && ref.serverId !== null ? { status: 'unseen' } : verdictOf(tasks);
  const answers = sight.status === 'running' ? await sshAnswers(workspace) : undefined;
  if (signal?.aborted === true || era !== workspace.era) return;
  await workspace.asked(sight, answers);
}

/** All of these, a few at a time. `ask` must not reject. */
export async function askAll(
  workspaces: readonly ManagedWorkspace[],
  ask: (workspace: ManagedWorkspace) => Promise<void>,
): Promise<void> {
  const waiting = [...workspaces];
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await ask(one);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, workspaces.length) }, next));
}
