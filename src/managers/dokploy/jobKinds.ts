import type { NewJob } from '../shared/jobs/jobs.ts';
import type { Job } from '../shared/jobs/types.ts';
import type { WorkspaceDefinition } from './records.ts';

export const jobKinds = {
  create: 'dokploy.create',
  change: 'dokploy.change',
  start: 'dokploy.start',
  stop: 'dokploy.stop',
  restart: 'dokploy.restart',
  redeploy: 'dokploy.redeploy',
  delete: 'dokploy.delete',
} as const;
export type JobKind = keyof typeof jobKinds;

const verbs: Readonly<Record<JobKind, string>> = {
  create: 'Create',
  change: 'Change',
  start: 'Start',
  stop: 'Stop',
  restart: 'Restart',
  redeploy: 'Redeploy',
  delete: 'Delete',
};

export interface ChangePlan {
  /** Whether what changed has to be deployed. */
  readonly deploy: boolean;
}

export interface DeletePlan {
  /** Erase what its volumes hold, too. */
  readonly volumes: boolean;
  /** Only forget it here. */
  readonly forget: boolean;
}

/** Work on a workspace, as it is stored. */
export function jobOf(
  kind: JobKind,
  { id, name }: Pick<WorkspaceDefinition, 'id' | 'name'>,
  options: { readonly plan?: ChangePlan | DeletePlan; readonly items?: readonly string[] } = {},
): NewJob {
  const { plan = {}, items = [] } = options;
  return { kind: jobKinds[kind], resourceId: id, title: `${verbs[kind]} “${name}”`, items, plan };
}

/** The part of a deletion that may come out otherwise than it was wished. */
export const volumesItem = 'volumes';

export function deleteJobOf(workspace: Pick<WorkspaceDefinition, 'id' | 'name'>, plan: DeletePlan): NewJob {
  return jobOf('delete', workspace, { plan, items: plan.volumes && !plan.forget ? [volumesItem] : [] });
}

/** Whether a job is about to delete that workspace on its server, as far as it is wished: who wishes it, too, waits for that. */
export function isDeleting(
  { kind, resourceId, items, state }: Job,
  { id }: Pick<WorkspaceDefinition, 'id'>,
  { volumes, forget }: DeletePlan,
): boolean {
  const isUnderWay = kind === jobKinds.delete && resourceId === id && state.status === 'running';
  return isUnderWay && !forget && (!volumes || items.some(({ name }) => name === volumesItem));
}

/** Of a job that was stored, by this program or an older one. */
export function changePlanOf(plan: unknown): ChangePlan {
  return { deploy: (plan as Partial<ChangePlan>).deploy !== false };
}

export function deletePlanOf(plan: unknown): DeletePlan {
  const { volumes, forget } = plan as Partial<DeletePlan>;
  return { volumes: volumes === true, forget: forget === true };
}
