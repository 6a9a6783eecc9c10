import type { Deployment, QueuedJob, Service } from '../api/types.ts';
import { fingerprintOf } from './plan.ts';
import type { MachineContext, MachinePlan } from './types.ts';

/** The title of a deployment: what was deployed, where SSH is, and that it is no other. */
export function titleOf(plan: MachinePlan, port: number, { uniqueId }: Pick<MachineContext, 'uniqueId'>): string {
  return `Devyard ${fingerprintOf(plan, port)}, SSH at ${String(port)} (${uniqueId()})`;
}

/** Whether it was ever deployed with SSH at that port, so that the port was found to be nobody else's. */
export function wasDeployedAt({ deployments }: Service, port: number): boolean {
  return deployments.some(({ title }) => title.includes(`, SSH at ${String(port)} (`));
}

export type DeploymentState =
  /** It must be deployed. */
  | { readonly status: 'outdated' }
  /** Its deployment is under way, maybe by somebody else. */
  | { readonly status: 'deploying'; readonly title: string }
  | { readonly status: 'deployed' };

/**
 * Whether what a plan says was deployed, for a service whose settings are those of the plan: then any deployment after that
 * one deployed the same.
 */
export function deploymentState(
  plan: MachinePlan,
  port: number,
  deployments: readonly Deployment[],
  queue: readonly QueuedJob[],
): DeploymentState {
  const isThat = ({ title }: { readonly title: string }): boolean =>
    title.startsWith(`Devyard ${fingerprintOf(plan, port)},`);
  const queued = queue.find(isThat);
  if (queued !== undefined) return { status: 'deploying', title: queued.title };
  const [newest] = deployments;
  if (newest === undefined || !deployments.some(isThat)) return { status: 'outdated' };
  if (newest.status === 'running') return { status: 'deploying', title: newest.title };
  return { status: newest.status === 'done' ? 'deployed' : 'outdated' };
}
