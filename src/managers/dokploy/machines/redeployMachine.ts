import type { Service } from '../api/types.ts';
import { deployAndLogIn, sshEndpoint } from './bringUp.ts';
import { titleOf } from './deploymentTitle.ts';
import { secretsIn } from './plan.ts';
import type { Machine, MachineContext, MachinePlan, MachineRef } from './types.ts';

export interface StartOptions {
  /** What it was made from; undefined for a service that Devyard did not make. */
  readonly plan?: MachinePlan | undefined;
  /** Port of sshd in the container, where it is not 22. */
  readonly target?: number | undefined;
}

/** Deploys a machine as Dokploy has it, and waits until somebody can log in. */
export async function redeployMachine(
  context: MachineContext,
  ref: MachineRef,
  options: StartOptions = {},
): Promise<Machine> {
  return deployAgain(context, await context.api.service(ref, { signal: context.signal }), options);
}

export async function deployAgain(
  context: MachineContext,
  service: Service,
  { plan, target }: StartOptions,
): Promise<Machine> {
  const endpoint = await sshEndpoint(context, service, target);
  const title = plan === undefined ? `Devyard (${context.uniqueId()})` : titleOf(plan, endpoint.port, context);
  const secrets = plan && secretsIn(plan);
  await deployAndLogIn(context, service, title, endpoint, secrets === undefined ? {} : { secrets });
  return machineOf(service, endpoint);
}

export function machineOf(service: Service, endpoint: Machine['endpoint']): Machine {
  const { kind, id, appName, serverId, projectId, environmentId } = service;
  return { kind, id, appName, serverId, projectId, environmentId, endpoint };
}
