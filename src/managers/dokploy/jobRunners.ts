import { DevyardError } from '../shared/errors.ts';
import type { Job, JobRunner, JobWork } from '../shared/jobs/types.ts';
import { DokployFailure } from './api/failure.ts';
import type { ServiceStatus } from './api/types.ts';
import { erase, isOwnVolume } from './erase.ts';
import { fetchRepository } from './fetchRepository.ts';
import { changePlanOf, deletePlanOf, type JobKind, jobKinds, volumesItem } from './jobKinds.ts';
import { applyPlan, ensureMachine } from './machines/ensureMachine.ts';
import { redeployMachine, type StartOptions } from './machines/redeployMachine.ts';
import { restartMachine, startMachine, stopMachine } from './machines/startMachine.ts';
import type { Machine, MachineContext } from './machines/types.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import type { WorkspaceDefinition } from './records.ts';
import type { RemoteCommand } from './ssh/types.ts';
import { outcomeOf } from './workOutcome.ts';

export interface RunnerPorts {
  /** Undefined: it was forgotten meanwhile. */
  readonly workspace: (id: string) => ManagedWorkspace | undefined;
  /** Rejects when its server is not known any more, or its key is gone. */
  readonly machineContext: (workspace: ManagedWorkspace, work: JobWork) => Promise<MachineContext>;
  /** Asks for tasks and SSH now. */
  readonly look: (workspace: ManagedWorkspace) => Promise<void>;
  /** What answers there now is another container than before, or nothing. */
  readonly renewed: (workspace: ManagedWorkspace) => void;
  /** It can be reached again, if it could not. */
  readonly reachable: (workspace: ManagedWorkspace) => void;
  readonly exec: (workspace: ManagedWorkspace, command: string, signal: AbortSignal) => Promise<RemoteCommand>;
  /** Forgets it here, with its key and host key. */
  readonly forget: (workspace: ManagedWorkspace) => Promise<void>;
  /** Begins to delete it on its server as soon as this job has ended. */
  readonly remove: (workspace: ManagedWorkspace, options: { readonly volumes: boolean }) => Promise<void>;
  /** Where SSH is was learnt anew. */
  readonly moved: () => Promise<void>;
  readonly onProblem: (error: unknown) => void;
}

/** What is done to a workspace; resolves with what Dokploy must say of it now, where that is known. */
type Task = (workspace: ManagedWorkspace, context: MachineContext, work: JobWork) => Promise<ServiceStatus | undefined>;

/** What a person is told while it goes on. */
const labels: Readonly<Record<JobKind, string>> = {
  create: 'creating',
  change: 'redeploying',
  start: 'starting',
  stop: 'stopping',
  restart: 'restarting',
  redeploy: 'redeploying',
  delete: 'deleting',
};

/** The long work on remote workspaces. Each runner may be run again after a kill at any moment. */
export function workspaceRunners(ports: RunnerPorts): Readonly<Record<string, JobRunner>> {
  const tasks: Readonly<Record<Exclude<JobKind, 'delete'>, Task>> = {
    async create(workspace, context, work) {
      try {
        await complete(workspace, context, work);
      } catch (error) {
        if (work.signal.aborted && !work.suspended()) await undo(workspace);
        throw error;
      }
      return undefined;
    },
    change: made(async (workspace, context, work) => {
      if (changePlanOf(work.plan).deploy)
        await settle(workspace, await applyPlan(workspace.plan(), workspace.ref(), context));
    }),
    redeploy: made(async (workspace, context) => {
      await settle(workspace, await redeployMachine(context, workspace.ref(), startOptionsOf(workspace)));
    }),
    start: made(async (workspace, context) => {
      const machine = await startMachine(context, workspace.ref(), startOptionsOf(workspace));
      await settle(workspace, machine, 'same');
    }),
    restart: made(async (workspace, context) => {
      await settle(workspace, await restartMachine(context, workspace.ref(), startOptionsOf(workspace)));
    }),
    async stop(workspace, context) {
      await stopMachine(context, workspace.ref());
      ports.renewed(workspace);
      return 'idle';
    },
  };

  /** For what presupposes that its creation came to its end: brings it there where it did not. */
  function made(task: (...input: Parameters<Task>) => Promise<void>): Task {
    return async (workspace, context, work) => {
      await (workspace.definition.isMade ? task(workspace, context, work) : complete(workspace, context, work));
      return undefined;
    };
  }

  /** To the end of a creation, wherever an earlier attempt got. */
  async function complete(workspace: ManagedWorkspace, context: MachineContext, work: JobWork): Promise<void> {
    const machine = await ensureMachine(workspace.plan(), context, {
      onFound: (found) => workspace.change(placeOf(workspace, found)),
    });
    await settle(workspace, machine);
    const { repository } = workspace.definition;
    if (repository !== null) {
      work.step('cloning the repository');
      await fetchRepository(repository, (command) => ports.exec(workspace, command, work.signal));
    }
    await workspace.change({ isMade: true });
  }

  async function settle(
    workspace: ManagedWorkspace,
    machine: Machine,
    container: 'same' | 'another' = 'another',
  ): Promise<void> {
    const { endpoint } = machine;
    await workspace.change({ ...placeOf(workspace, machine), endpoint });
    await ports.moved();
    if (container === 'another') ports.renewed(workspace);
    else ports.reachable(workspace);
  }

  /** Who cancels a creation wants nothing of it to stay. What volumes held before is not of this creation. */
  async function undo(workspace: ManagedWorkspace): Promise<void> {
    const { id, details } = workspace.definition;
    try {
      await ports.remove(workspace, { volumes: details.volumes.every((volume) => isOwnVolume(id, volume)) });
    } catch (error) {
      ports.onProblem(error);
    }
  }

  async function run(task: Task, kind: JobKind, job: Job, work: JobWork): Promise<void> {
    const workspace = ports.workspace(job.resourceId);
    if (workspace === undefined) throw forgotten(job);
    await workspace.working({ since: job.createdAt, step: labels[kind] });
    try {
      const listed = await task(workspace, await ports.machineContext(workspace, work), work);
      if (kind === 'delete') return;
      await ports.look(workspace).catch(() => undefined);
      await workspace.worked(undefined, listed);
    } catch (error) {
      if (!work.suspended()) {
        // A server that did not answer just now is not asked once more.
        if (!(error instanceof DokployFailure)) await ports.look(workspace).catch(() => undefined);
        const { isMade } = workspace.definition;
        await workspace.worked(outcomeOf(error, { isMade, isCancelled: work.signal.aborted }));
      }
      throw error;
    }
  }

  const remove: JobRunner = async (job, work) => {
    const workspace = ports.workspace(job.resourceId);
    // Twice is fine.
    if (workspace === undefined) return;
    const { volumes, forget } = deletePlanOf(work.plan);
    const erasing: Task = async (_workspace, context) => {
      const { isKept, message } = await erase(workspace, context, {
        volumes,
        run: (command) => ports.exec(workspace, command, work.signal),
      });
      if (volumes) await work.item(volumesItem, isKept ? 'failed' : 'done', message);
      return undefined;
    };
    if (!forget) await run(erasing, 'delete', job, work);
    await ports.forget(workspace);
  };

  const kinds = Object.keys(tasks) as readonly (keyof typeof tasks)[];
  const runners = kinds.map((kind): [string, JobRunner] => [
    jobKinds[kind],
    (job, work) => run(tasks[kind], kind, job, work),
  ]);
  return { ...Object.fromEntries(runners), [jobKinds.delete]: remove };
}

function placeOf(
  { definition }: ManagedWorkspace,
  { id, appName, projectId, environmentId }: Omit<Machine, 'endpoint'>,
): Partial<WorkspaceDefinition> {
  const { project, environment } = definition;
  return {
    serviceId: id,
    appName,
    project: { ...project, id: projectId ?? project.id },
    environment: { ...environment, id: environmentId ?? environment.id },
  };
}

function startOptionsOf(workspace: ManagedWorkspace): StartOptions {
  const { plan, sshPort } = workspace.definition;
  return { plan: plan === null ? undefined : workspace.plan(), target: sshPort };
}

function forgotten({ title }: Job): DevyardError {
  return new DevyardError('not-found', `${title}: the workspace was deleted before it was its turn.`);
}
