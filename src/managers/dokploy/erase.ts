import { DevyardError, messageOf } from '../shared/errors.ts';
import { findMachine, wasDeployed } from './machines/findMachine.ts';
import { volumesOf } from './machines/plan.ts';
import { removeMachine } from './machines/removeMachine.ts';
import { readService } from './machines/services.ts';
import { startMachine } from './machines/startMachine.ts';
import { shellQuoted } from './machines/startScript.ts';
import type { MachineContext, MachineRef, MachineVolume } from './machines/types.ts';
import { verdictOf } from './machines/verdict.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import { type Run, runToEnd } from './remoteRun.ts';

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

/** A workspace that was stopped has to run to have its volumes emptied; so long it may take to come up. Milliseconds. */
const startMs = 120_000;

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
      await emptyVolumes(workspace, run);
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
  if (verdictOf(await context.api.tasks(ref, { signal: context.signal })).status !== 'stopped') return;
  context.step('starting it to empty its volumes', 0.1);
  const limit = AbortSignal.timeout(startMs);
  await startMachine({ ...context, signal: AbortSignal.any([context.signal, limit]) }, ref, {
    plan: plan === null ? undefined : workspace.plan(),
    target: sshPort,
  });
}

/** As `empty` takes it: the path, and how proc(5) spells it in mountinfo. */
function emptying(path: string): string {
  const spelt = path
    .replace(/(?<=.)\/+$/, '')
    .replace(/[\\ \t\n]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `empty ${shellQuoted(path)} ${shellQuoted(spelt)}`;
}

/**
 * From the inside, and only where something is mounted: a folder of the image, or of a machine that is no container, is nobody's
 * volume. Nothing of what is mounted below a volume is touched; `-delete` is not in every find. Host keys are emptied
 * where one may: to a machine that is no more they are of no use.
 */
async function emptyVolumes(workspace: ManagedWorkspace, run: Run): Promise<void> {
  const { plan, details } = workspace.definition;
  const paths = details.volumes.map(({ mountPath }) => mountPath);
  const all = plan === null ? [] : volumesOf(workspace.plan()).map(({ mountPath }) => mountPath);
  const script = [
    'root=; if [ "$(id -u)" != 0 ]; then for way in "sudo -n" doas; do if $way true 2>/dev/null; then root=$way; fi; done; fi',
    'mounted() { while read -r _ _ _ _ place _; do [ "$place" = "$1" ] && return; done </proc/self/mountinfo; return 1; }',
    'empty() {',
    '  if ! mounted "$2"; then echo "No volume is mounted at $1." >&2; return 1; fi',
    '  $root find "$1" -xdev -mindepth 1 ! -type d -exec rm -f {} + || return',
    '  $root find "$1" -xdev -depth -mindepth 1 -type d -exec rmdir {} + 2>/dev/null',
    '  return 0',
    '}',
    ...all.filter((path) => !paths.includes(path)).map((path) => `${emptying(path)} 2>/dev/null`),
    ...paths.map((path) => `${emptying(path)} || exit`),
    'exit 0',
  ];
  await runToEnd(run, script.join('\n'), 'Emptying the volumes');
}

function whyKept(trouble: unknown): string {
  if (trouble === undefined) return 'it did not run, and Dokploy removes no volume of an application.';
  const [first = ''] = messageOf(trouble).split('\n');
  return trouble instanceof DevyardError ? first : 'it could not be started in time to empty them.';
}
