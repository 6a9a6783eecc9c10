import { DevyardError } from '../../shared/errors.ts';
import { isDokployFailure } from '../api/failure.ts';
import type { Deployment, ServiceRef } from '../api/types.ts';
import { causeIn, logLines, withLines } from './causeInLog.ts';
import { startFailureCode } from './portConflict.ts';
import type { MachineContext } from './types.ts';
import { createOnce, lookUntil } from './waiting.ts';

/** From the moment that it was asked for: others may be before it in the queue, and images are large. */
export const deploymentDeadlineMs = 30 * 60_000;
/** So long a deployment may be neither in the queue nor among the deployments before it counts as lost. */
const lostAfterMs = 10_000;
/** Lines of a log that go into Devyard's. */
const tail = 40;

type DeploymentContext = Pick<MachineContext, 'api' | 'clock' | 'signal' | 'step' | 'log'>;

export interface DeploymentOptions {
  /** Ids of the deployments there were before it was asked for. */
  readonly before?: ReadonlySet<string>;
  /** Words that must not be shown, should the log hold them. */
  readonly secrets?: readonly string[];
}

/** Queues a deployment of that title and waits until it is done. Rejects `start-failed` with the log's own words. */
export async function deploy(
  context: DeploymentContext,
  ref: ServiceRef,
  title: string,
  secrets: readonly string[] = [],
): Promise<void> {
  const { api, signal } = context;
  const before = new Set((await api.deployments(ref, { signal })).map(({ deploymentId }) => deploymentId));
  await createOnce(
    context,
    () => api.deploy(ref, title, { signal }),
    () => isKnown(context, ref, title),
  );
  await waitForDeployment(context, ref, title, { before, secrets });
}

/**
 * Waits until the deployment of that title is done, which says that its service was made and nothing about what runs. It is
 * found by its title, for the status of a service is old until the worker begins, and no id is answered; only when there is
 * none of that title and nothing in the queue, a deployment that was not there before is taken for it: sources in Git put the
 * message of their commit into its place. Rejects `start-failed` (`port-taken` where Docker says so) for one that failed, was cancelled or got lost.
 */
export async function waitForDeployment(
  context: DeploymentContext,
  ref: ServiceRef,
  title: string,
  { before, secrets = [] }: DeploymentOptions = {},
): Promise<void> {
  const { api, clock, signal } = context;
  let id: string | undefined;
  let unseenSince: number | undefined;
  let told: string | undefined;
  const tell = (step: string): void => {
    if (step !== told) context.step(step, null);
    told = step;
  };
  const ended = await lookUntil(context, deploymentDeadlineMs, async () => {
    const rows = await api.deployments(ref, { signal });
    let row: Deployment | undefined = rows.find((one) =>
      id === undefined ? one.title === title : one.deploymentId === id,
    );
    if (row === undefined) {
      const queue = await api.queue({ signal });
      const queued = queue?.find((job) => job.serviceId === ref.id && job.title === title);
      if (queued !== undefined) {
        unseenSince = undefined;
        tell(queued.state === 'active' ? 'deploying' : 'waiting for other deployments');
        return undefined;
      }
      // Where the queue is not shown, it may wait there, and another one be somebody else's.
      if (queue === undefined) return undefined;
      if (id === undefined && before !== undefined)
        row = rows.findLast(({ deploymentId }) => !before.has(deploymentId));
    }
    if (row === undefined) {
      unseenSince ??= clock.monotonic();
      return clock.monotonic() - unseenSince < lostAfterMs ? undefined : 'lost';
    }
    tell('deploying');
    id = row.deploymentId;
    return row.status === 'running' ? undefined : row;
  });
  if (ended === 'lost') {
    throw new DevyardError(
      'start-failed',
      'Dokploy took the deployment and lost it: it is not in its queue any more.',
      {
        hint: 'Dokploy was perhaps restarted, or somebody emptied its queue. Deploy again.',
      },
    );
  }
  if (ended === undefined) {
    throw new DevyardError(
      'start-failed',
      `The deployment was not done after ${String(deploymentDeadlineMs / 60_000)} minutes.`,
      {
        hint: 'Look at the deploy log. Dokploy may still finish it.',
      },
    );
  }
  if (ended.status !== 'done') throw await failureOf(context, ended, secrets);
}

/** Whether a deployment of that title is queued or began. */
async function isKnown({ api, signal }: DeploymentContext, ref: ServiceRef, title: string): Promise<boolean> {
  const [rows, jobs] = await Promise.all([api.deployments(ref, { signal }), api.queue({ signal })]);
  return [...rows, ...(jobs ?? []).filter(({ serviceId }) => serviceId === ref.id)].some((one) => one.title === title);
}

async function failureOf(
  context: DeploymentContext,
  { deploymentId, status, logPath, errorMessage }: Deployment,
  secrets: readonly string[],
): Promise<DevyardError> {
  const { api, signal, log } = context;
  let text = errorMessage ?? '';
  // Without a path nothing was written: the server that should have run it was not reached.
  if (logPath !== '') {
    try {
      text = `${await api.deploymentLog(deploymentId, tail, { signal })}\n${text}`;
    } catch (error) {
      if (!isDokployFailure(error)) throw error;
    }
  }
  const lines = logLines(text, secrets);
  for (const line of lines) log(line);
  const cause = causeIn(lines);
  if (status === 'cancelled') {
    return new DevyardError('start-failed', withLines('The deployment was cancelled.', lines), {
      hint: 'Somebody cancelled it, or Dokploy was restarted meanwhile. Deploy again.',
    });
  }
  const message = `The deployment failed: ${cause ?? 'Dokploy does not say why.'}`;
  return new DevyardError(startFailureCode(cause), withLines(message, lines), {
    hint: 'Mend what the log says, then deploy again.',
  });
}
