import type { Clock } from '../shared/clock.ts';
import { DevyardError } from '../shared/errors.ts';
import { isDokployFailure } from './api/failure.ts';
import type { Deployment, DokployApi, Task } from './api/types.ts';
import type { MachineRef } from './machines/types.ts';
import { pause } from './machines/waiting.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import type { LogSource } from './model.ts';

interface Following {
  readonly source: LogSource;
  readonly tail: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** How often somebody who follows a log makes Devyard ask whether it goes on elsewhere. Milliseconds. */
const askMs = 1500;

/** The newest `tail` lines of the newest deployment, or of the container that runs. */
export async function readLog(
  api: DokployApi,
  ref: MachineRef,
  source: LogSource,
  tail: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (source === 'container') return api.containerLog(ref, tail, { signal });
  const [newest] = await api.deployments(ref, { signal });
  if (newest === undefined) throw nothingDeployed();
  return deploymentText(api, newest, tail, signal);
}

/**
 * What there is, then what comes, until the signal ends it; also when there is nothing more to come for now. While the
 * workspace is worked on, there is: another deployment, or another container.
 */
export async function* followLog(
  api: DokployApi,
  workspace: Pick<ManagedWorkspace, 'ref' | 'isWorkedOn' | 'definition'>,
  following: Following,
): AsyncGenerator<string> {
  const { source, signal, clock } = following;
  const newest = source === 'deploy' ? newestDeployment : newestContainer;
  let shown: string | undefined;
  while (!signal.aborted) {
    // Asked before: what was begun at the very end must not be missed.
    const { isWorkedOn, definition } = workspace;
    const isThere = !isWorkedOn || definition.serviceId !== null;
    const next = isThere ? await newest(api, workspace.ref(), signal) : undefined;
    if (next !== undefined && next.id !== shown && (next.isLive || shown === undefined)) {
      shown = next.id;
      yield* next.follow(following);
    } else if (isWorkedOn) {
      await pause({ clock, signal }, askMs).catch(() => undefined);
    } else {
      if (shown === undefined) throw nothingDeployed();
      return;
    }
  }
}

/** A deployment or a container. */
interface Part {
  readonly id: string;
  /** It may say more. One that ended is shown only when nothing else was. */
  readonly isLive: boolean;
  readonly follow: (following: Following) => AsyncIterable<string>;
}

async function newestDeployment(api: DokployApi, ref: MachineRef, signal: AbortSignal): Promise<Part | undefined> {
  const [newest] = await api.deployments(ref, { signal });
  if (newest === undefined) return undefined;
  const follow = (following: Following): AsyncIterable<string> => followDeployment(api, ref, newest, following);
  return { id: newest.deploymentId, isLive: true, follow };
}

async function* followDeployment(
  api: DokployApi,
  ref: MachineRef,
  deployment: Deployment,
  { tail, signal, clock }: Following,
): AsyncGenerator<string> {
  if (deployment.status !== 'running' || deployment.logPath === '') {
    yield await deploymentText(api, deployment, tail, signal);
    return;
  }
  const isOver = async (): Promise<boolean> => {
    const rows = await api.deployments(ref, { signal });
    return !rows.some((row) => row.deploymentId === deployment.deploymentId && row.status === 'running');
  };
  yield* until(isOver, (ending) => api.followDeployment(deployment.logPath, ref.serverId, ending), { signal, clock });
}

async function newestContainer(api: DokployApi, ref: MachineRef, signal: AbortSignal): Promise<Part> {
  const task = liveliest(await api.tasks(ref, { signal }));
  const isLive = task?.state === 'running';
  const id = isLive ? task.containerId : undefined;
  return { id: id ?? 'ended', isLive, follow: (following) => followContainer(api, ref, id, following) };
}

async function* followContainer(
  api: DokployApi,
  ref: MachineRef,
  containerId: string | undefined,
  { tail, signal, clock }: Following,
): AsyncGenerator<string> {
  if (containerId === undefined) {
    yield await api.containerLog(ref, tail, { signal });
    return;
  }
  const isOver = async (): Promise<boolean> => {
    const task = liveliest(await api.tasks(ref, { signal }));
    return task?.containerId !== containerId || task.state !== 'running';
  };
  const container = { containerId, kind: ref.kind, serverId: ref.serverId, tail };
  yield* until(isOver, (ending) => api.followContainer(container, ending), { signal, clock });
}

/** Follows what never ends by itself, until it is over and its last lines have come. */
async function* until(
  isOver: () => Promise<boolean>,
  follow: (signal: AbortSignal) => AsyncIterable<string>,
  { signal, clock }: Pick<Following, 'signal' | 'clock'>,
): AsyncGenerator<string> {
  const over = new AbortController();
  const ending = AbortSignal.any([signal, over.signal]);
  const watch = async (): Promise<void> => {
    for (let isEnded = false; !isEnded;) {
      await pause({ clock, signal: ending }, askMs);
      // A server that does not answer for a moment says nothing about the log.
      isEnded = await isOver().catch((error: unknown) => {
        if (isDokployFailure(error)) return false;
        throw error;
      });
    }
    await pause({ clock, signal: ending }, askMs);
  };
  const watching = watch()
    .catch(() => undefined)
    .finally(() => over.abort(new DevyardError('cancelled', 'The log is over.')));
  try {
    yield* follow(ending);
  } finally {
    over.abort(new DevyardError('cancelled', 'Nobody reads the log any more.'));
    await watching;
  }
}

/** A server that could not be reached left no log, only a message. */
async function deploymentText(
  api: DokployApi,
  { deploymentId, logPath, errorMessage }: Deployment,
  tail: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (logPath === '') return errorMessage ?? '';
  return api.deploymentLog(deploymentId, tail, { signal });
}

function liveliest(tasks: readonly Task[]): Task | undefined {
  return tasks.find(({ state }) => state === 'running') ?? tasks[0];
}

function nothingDeployed(): DevyardError {
  return new DevyardError('wrong-state', 'It was never deployed: there is no deploy log yet.', {
    hint: 'Redeploy it.',
  });
}
