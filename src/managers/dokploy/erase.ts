import { DevyardError, messageOf } from '../shared/errors.ts';
import { emptyVolumes, startToEmpty } from './machines/emptyVolumes.ts';
import { findMachine, wasDeployed } from './machines/findMachine.ts';
import { volumesOf } from './machines/plan.ts';
import { removeMachine } from './machines/removeMachine.ts';
import { readService } from './machines/services.ts';
import type { MachineContext, MachineRef, MachineVolume } from './machines/types.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import type { Run } from './machines/remoteRun.ts';

export interface EraseOptions {
  /** Erase what its volumes hold, too. */
  readonly volumes: boolean;
  readonly run: Run;
}

/** What became of the volumes, for people; `isKept`: against what was wished. */
export interface Erased {
  readonly isKept: boolean;
  readonly message: string;
}

/** Removes a workspace from its server. Fine when there is nothing of it, or of what a creation was to make. */
export async function erase(
  workspace: ManagedWorkspace,
  context: MachineContext,
  { volumes, run }: EraseOptions,
): Promise<Erased> {
  const ref = await refOf(workspace, context);
  const service = ref && (await readService(context.api, ref, context.signal));
  const canHaveContent = service !== undefined && wasDeployed(service);
  let trouble: unknown;
  if (volumes && service?.kind === 'application' && service.deployments.some(({ status }) => status === 'done')) {
    trouble = await runForOnce(workspace, context, service).catch((error: unknown) => error);
    context.signal.throwIfAborted();
  }
  const wipe = async (): Promise<void> => {
    try {
      await emptyVolumesOf(workspace, run);
    } catch (error) {
      trouble = error;
      throw error;
    }
  };
  // Also of a service that is gone, something may still run.
  const left = ref === undefined ? 'kept' : await removeMachine(context, ref, { volumes, wipe });
  if (left === 'removed') return { isKept: false, message: 'They were removed.' };
  if (left === 'emptied') {
    const message = 'They were emptied. Dokploy removes no volume of an application: they stay without content.';
    return { isKept: false, message };
  }
  if (!canHaveContent) return { isKept: false, message: 'There was nothing in them.' };
  return { isKept: volumes, message: `They stay on the server as they are: ${whyKept(trouble)}` };
}

/** Whether a volume is one that Devyard named for this workspace, and not one that may have been there before. */
export function isOwnVolume(id: string, { name }: Pick<MachineVolume, 'name'>): boolean {
  return name.startsWith('devyard-') && name.includes(`-${id.slice(-8)}-`);
}

/** A creation that was broken off may have made a service whose id never came back. */
async function refOf(workspace: ManagedWorkspace, context: MachineContext): Promise<MachineRef | undefined> {
  const { serviceId, name, plan } = workspace.definition;
  if (serviceId !== null) return workspace.ref();
  if (plan === null) return undefined;
  return findMachine(context.api, { marker: workspace.plan().marker, name }, context.signal);
}

async function runForOnce(workspace: ManagedWorkspace, context: MachineContext, ref: MachineRef): Promise<void> {
  const { plan, sshPort } = workspace.definition;
  await startToEmpty(context, ref, { plan: plan === null ? undefined : workspace.plan(), target: sshPort });
}

/** Host keys are emptied where one may: to a machine that is no more they are of no use. */
async function emptyVolumesOf(workspace: ManagedWorkspace, run: Run): Promise<void> {
  const { plan, details } = workspace.definition;
  const paths = details.volumes.map(({ mountPath }) => mountPath);
  const all = plan === null ? [] : volumesOf(workspace.plan()).map(({ mountPath }) => mountPath);
  await emptyVolumes(run, { paths, besides: all.filter((path) => !paths.includes(path)) });
}

function whyKept(trouble: unknown): string {
  if (trouble === undefined) return 'it did not run, and Dokploy removes no volume of an application.';
  const [first = ''] = messageOf(trouble).split('\n');
  return trouble instanceof DevyardError ? first : 'it could not be started in time to empty them.';
}
