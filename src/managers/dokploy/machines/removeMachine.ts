import { DevyardError, messageOf } from '../../shared/errors.ts';
import type { Service } from '../api/types.ts';
import { wasDeployed } from './findMachine.ts';
import { endTasks, quiesce } from './quiesce.ts';
import { readService } from './services.ts';
import { isAlive } from './taskPhase.ts';
import type { MachineContext, MachineRef } from './types.ts';
import { verdictOf } from './verdict.ts';
import { lookUntil, surely } from './waiting.ts';

export interface RemoveOptions {
  /** Whether what is in its volumes goes, too. */
  readonly volumes: boolean;
  /** Empties the volumes from inside while the machine still runs: of an application, Dokploy removes no volume. */
  readonly wipe?: (() => Promise<void>) | undefined;
}

/** What became of the volumes: of an application, they stay, if empty, until somebody removes them on the server. */
export type VolumesLeft = 'removed' | 'emptied' | 'kept';

const goneDeadlineMs = 60_000;

/**
 * Removes a machine so that nothing of it runs after that. A service that is deleted while it is deployed leaves a container
 * that nobody knows any more, so deployments end first. Fine when it is gone already. Its project stays.
 */
export async function removeMachine(
  context: MachineContext,
  ref: MachineRef,
  options: RemoveOptions,
): Promise<VolumesLeft> {
  const { api, signal } = context;
  const known = await readService(api, ref, signal);
  let left: VolumesLeft = 'kept';
  if (known !== undefined) {
    await quiesce(context, ref);
    if (options.volumes) left = ref.kind === 'compose' ? 'removed' : await emptied(context, known, options.wipe);
    await endTasks(context, ref);
    context.step('removing it', 0.8);
    await surely(context, () => api.remove(ref, { deleteVolumes: options.volumes }, { signal }));
  }
  const gone = await lookUntil(context, goneDeadlineMs, async () => {
    const tasks = await api.tasks(ref, { signal });
    return tasks.some(isAlive) ? undefined : true;
  });
  if (gone === undefined) {
    throw new DevyardError('unavailable', `It was removed from Dokploy, but its container ${ref.appName} still runs.`, {
      hint: `End it on its server: docker ${ref.kind === 'compose' ? `compose -p ${ref.appName} down` : `service rm ${ref.appName}`}`,
    });
  }
  return left;
}

async function emptied(context: MachineContext, service: Service, wipe: RemoveOptions['wipe']): Promise<VolumesLeft> {
  const { api, signal, log } = context;
  // What never ran has no volumes.
  if (!wasDeployed(service)) return 'kept';
  const runs = verdictOf(await api.tasks(service, { signal })).status === 'running';
  if (wipe === undefined || !runs) {
    const why = runs ? '' : 'it does not run, and ';
    log(`Its volumes stay on the server as they are: ${why}Dokploy removes no volume of an application.`);
    return 'kept';
  }
  context.step('emptying its volumes', 0.3);
  try {
    await wipe();
    log(
      'Its volumes were emptied. Dokploy removes no volume of an application: they stay on the server without content.',
    );
    return 'emptied';
  } catch (error) {
    signal.throwIfAborted();
    log(`Its volumes could not be emptied and stay on the server as they are: ${messageOf(error)}`);
    return 'kept';
  }
}
