import { DevyardError, messageOf } from '../../shared/errors.ts';
import { isDokployFailure } from '../api/failure.ts';
import type { ListedProject, Service } from '../api/types.ts';
import { slugOf } from '../names.ts';
import { configure } from './configure.ts';
import { deploymentState, type DeploymentState, titleOf } from './deploymentTitle.ts';
import { sshClaimsOf } from './endpoint.ts';
import { waitForDeployment } from './deployment.ts';
import { deployAndLogIn, runAndLogIn, sshEndpoint } from './bringUp.ts';
import { machinesIn, wasDeployed } from './findMachine.ts';
import { makeOnce } from './makeOnce.ts';
import { ensurePlace } from './place.ts';
import { checkPlan, descriptionOf, secretsIn } from './plan.ts';
import { isAboutPort } from './portConflict.ts';
import { machineOf } from './redeployMachine.ts';
import { removeMachine } from './removeMachine.ts';
import { startMachine } from './startMachine.ts';
import type { Machine, MachineContext, MachinePlan, MachineRef } from './types.ts';

/** So often a machine may move because a program outside of Dokploy has its port. */
const mostMoves = 4;

export interface EnsureOptions {
  /** Told as soon as it is on the server, long before anybody can log in. */
  readonly onFound?: (service: Omit<Machine, 'endpoint'>) => Promise<void>;
}

/**
 * Makes the machine of a plan, or goes on where a former run ended, whichever step that was, until somebody can log in. What
 * it is recognised by is the plan's marker. Rejects `invalid` (names the field), `ports-exhausted`, `port-taken`,
 * `start-failed`, and what Dokploy or the login say.
 */
export async function ensureMachine(
  plan: MachinePlan,
  context: MachineContext,
  options: EnsureOptions = {},
): Promise<Machine> {
  checkPlan(plan);
  for (let attempt = 1; ; attempt += 1) {
    try {
      context.step('looking for it on the server', 0.02);
      const service = await ensureService(context, plan);
      await options.onFound?.(service);
      const machine = await complete(context, service, plan);
      await removeLateTwins(context, plan);
      return machine;
    } catch (error) {
      // Somebody who made the same machine at the same time took this service away, or a person did.
      if (!isDokployFailure(error, 'not-found') || attempt === 3) throw error;
      context.log('It was removed meanwhile; once more from the beginning.');
    }
  }
}

/** Makes a machine what another plan says: settings, ports, volumes, and deploys it when something was changed. */
export async function applyPlan(plan: MachinePlan, ref: MachineRef, context: MachineContext): Promise<Machine> {
  checkPlan(plan);
  context.step('reading its settings', 0.02);
  return complete(context, await context.api.service(ref, { signal: context.signal }), plan, 'rewrite');
}

async function ensureService(context: MachineContext, plan: MachinePlan): Promise<Service> {
  const { api, signal, step } = context;
  const listed = await api.projects({ signal });
  const known = await theOne(context, plan, listed);
  if (known !== undefined) return known;
  const { environmentId } = await ensurePlace(context, plan, listed);
  const { name, serverId, kind } = plan;
  const input = {
    name,
    appName: `devyard-${slugOf(name)}`,
    description: descriptionOf(plan),
    environmentId,
    serverId,
  };
  step('creating it', 0.08);
  return makeOnce(
    context,
    kind,
    () => (kind === 'compose' ? api.createCompose(input, { signal }) : api.createApplication(input, { signal })),
    async () => theOne(context, plan, await api.projects({ signal })),
  );
}

/** The service of the plan; others that a race made are removed unless they were deployed. */
async function theOne(
  context: MachineContext,
  plan: MachinePlan,
  listed: readonly ListedProject[],
): Promise<Service | undefined> {
  const [first, ...others] = await machinesIn(context.api, listed, plan, context.signal);
  for (const other of others) {
    if (wasDeployed(other)) {
      context.log(
        `There is a second machine of this mark, ${other.appName}. Remove the one that is not needed in Dokploy.`,
      );
    } else {
      context.log(`It was made twice at the same time; ${other.appName} is removed.`);
      await removeMachine(context, other, { volumes: false });
    }
  }
  return first;
}

/** A call of a run that was killed may have been carried out only after this one had looked. */
async function removeLateTwins(context: MachineContext, plan: MachinePlan): Promise<void> {
  try {
    await theOne(context, plan, await context.api.projects({ signal: context.signal }));
  } catch (error) {
    // One can log in, and that is what was asked for.
    if (!isDokployFailure(error)) throw error;
    context.log(messageOf(error));
  }
}

async function complete(
  context: MachineContext,
  found: Service,
  plan: MachinePlan,
  mode: 'resume' | 'rewrite' = 'resume',
): Promise<Machine> {
  const { api, signal } = context;
  const secrets = secretsIn(plan);
  const unusable = new Set<number>();
  let service = found;
  for (let moves = 0; ; moves += 1) {
    context.step('saving its settings', 0.12);
    const before = await stateOf(context, service, plan);
    const isComplete = mode === 'resume' && before.status !== 'outdated';
    const { port, isChanged, ...configured } = await configure(context, service, plan, { unusable, isComplete });
    ({ service } = configured);
    const state = isChanged ? { status: 'outdated' as const } : before;
    const endpoint = await sshEndpoint(context, service);
    try {
      switch (state.status) {
        case 'outdated':
          await deployAndLogIn(context, service, titleOf(plan, port, context), endpoint, { secrets });
          break;
        case 'deploying':
          context.step('deploying', 0.35);
          await waitForDeployment(context, service, state.title, { secrets });
          await runAndLogIn(context, service, endpoint, { secrets });
          break;
        case 'deployed':
          await startMachine(context, service, { plan });
      }
      return machineOf(service, endpoint);
    } catch (error) {
      if (moves === mostMoves || !isConflictOver(error, port)) throw error;
      context.log(`A program outside of Dokploy has port ${String(port)}; another one is claimed.`);
      unusable.add(port);
      service = await api.service(service, { signal });
    }
  }
}

async function stateOf(context: MachineContext, service: Service, plan: MachinePlan): Promise<DeploymentState> {
  const [claim] = sshClaimsOf(service);
  if (claim === undefined) return { status: 'outdated' };
  const queue = await context.api.queue({ signal: context.signal });
  const own = (queue ?? []).filter(({ serviceId }) => serviceId === service.id);
  return deploymentState(plan, claim.published, service.deployments, own);
}

/** Whether it does not start because something that Dokploy does not know has the port. */
function isConflictOver(error: unknown, port: number): boolean {
  return error instanceof DevyardError && error.code === 'port-taken' && isAboutPort(error.message, port);
}
