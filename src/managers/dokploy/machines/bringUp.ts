import { DevyardError } from '../../shared/errors.ts';
import type { Service } from '../api/types.ts';
import type { SshEndpoint } from '../ssh/types.ts';
import { deploy } from './deployment.ts';
import { endpointOf } from './endpoint.ts';
import { sshPort } from './plan.ts';
import { formerTasks, logInto, type RunningOptions, waitForTask } from './running.ts';
import type { MachineContext, MachineRef } from './types.ts';

/** Deploys a machine and waits until somebody can log in to it. */
export async function deployAndLogIn(
  context: MachineContext,
  service: Service,
  title: string,
  endpoint: SshEndpoint,
  options: Pick<RunningOptions, 'secrets'> = {},
): Promise<void> {
  context.step('deploying', 0.35);
  const former = service.deployments.length === 0 ? new Set<string>() : await formerTasks(context, service);
  await deploy(context, service, title, options.secrets);
  await runAndLogIn(context, service, endpoint, { ...options, former });
}

/** Waits until a task runs and lets somebody in. */
export async function runAndLogIn(
  context: MachineContext,
  ref: MachineRef,
  endpoint: SshEndpoint,
  options: RunningOptions = {},
): Promise<void> {
  context.step('starting the container', 0.7);
  await waitForTask(context, ref, options);
  context.step('waiting for SSH', 0.85);
  await logInto(context, ref, endpoint, options);
  context.step('ready', 1);
}

/** Where its SSH is. Throws `wrong-state` for a service without a published port for it. */
export async function sshEndpoint(context: MachineContext, service: Service, target = sshPort): Promise<SshEndpoint> {
  const { api, signal, host } = context;
  let known = service;
  if (service.serverId !== null && service.serverAddress === null) {
    const servers = await api.targetServers({ signal });
    const address = servers.find(({ serverId }) => serverId === service.serverId)?.ipAddress ?? null;
    known = { ...service, serverAddress: address };
  }
  const endpoint = endpointOf(known, host, target);
  if (endpoint !== undefined) return endpoint;
  throw new DevyardError(
    'wrong-state',
    `“${service.name}” publishes no port for SSH (${String(target)} in its container).`,
    {
      hint: 'Publish that port in Dokploy, at a free port of its server, and deploy it.',
    },
  );
}
