import { DevyardError } from '../../shared/errors.ts';
import { isDokployFailure } from '../api/failure.ts';
import type { ServiceRef } from '../api/types.ts';
import type { MachineContext, MachineRef } from './types.ts';
import { isAlive } from './taskPhase.ts';
import { lookUntil, surely } from './waiting.ts';

/** For a deployment that cannot be ended early; Dokploy pulls an image to the end. */
const quietDeadlineMs = 15 * 60_000;
const stopDeadlineMs = 60_000;

/**
 * Empties the queue of a service and waits until nothing of it is being deployed: what is, goes live whatever is done to the
 * service meanwhile, even when it is deleted (recorded answers 119–126). Only a build can be ended early.
 */
export async function quiesce(context: MachineContext, ref: ServiceRef): Promise<void> {
  const { api, signal } = context;
  await surely(context, () => api.cleanQueue(ref, { signal }));
  if (!(await isDeploying(context, ref))) return;
  context.step('waiting for its deployment to end', null);
  // It ends builds by their name, not by their service; but one at a time is built, and that is this one.
  await surely(context, () => api.killBuild(ref, { signal }));
  await waitUntilQuiet(context, ref);
}

/** Waits until nothing of it is queued or being deployed. */
export async function waitUntilQuiet(context: MachineContext, ref: ServiceRef): Promise<void> {
  const quiet = await lookUntil(context, quietDeadlineMs, async () =>
    (await isDeploying(context, ref)) ? undefined : true,
  );
  if (quiet !== undefined) return;
  throw new DevyardError('busy', `It is still being deployed after ${String(quietDeadlineMs / 60_000)} minutes.`, {
    hint: 'Look at its deployments in Dokploy, and end the one that does not come to an end.',
  });
}

/** The queue first: what leaves it between the two readings has its last status then. */
export async function isDeploying({ api, signal }: MachineContext, ref: ServiceRef): Promise<boolean> {
  const queue = await api.queue({ signal });
  if (queue?.some(({ serviceId }) => serviceId === ref.id) === true) return true;
  return (await api.deployments(ref, { signal })).some(({ status }) => status === 'running');
}

/** Stops what runs of a service and waits until it is gone. A stop of what does not run would take five seconds for nothing. */
export async function endTasks(context: MachineContext, ref: MachineRef): Promise<void> {
  const { api, signal } = context;
  const isGone = async (): Promise<true | undefined> => {
    const tasks = await api.tasks(ref, { signal });
    return tasks.some(isAlive) ? undefined : true;
  };
  if ((await isGone()) === true) return;
  context.step('stopping it', 0.5);
  let failure: unknown;
  try {
    await surely(context, () => api.stop(ref, { signal }));
  } catch (error) {
    if (!isDokployFailure(error, 'server-error', 'torn', 'timeout')) throw error;
    failure = error;
  }
  const gone = await lookUntil(context, failure === undefined ? stopDeadlineMs : 5000, isGone);
  if (gone !== undefined) return;
  throw failure instanceof Error
    ? failure
    : new DevyardError('unavailable', 'It was told to stop, but its container still runs.', {
        hint: 'Look at the server in Dokploy: its Docker engine does not end the container.',
      });
}
