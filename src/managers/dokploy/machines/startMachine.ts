import { DevyardError } from '../../shared/errors.ts';
import { isDokployFailure } from '../api/failure.ts';
import type { CallOptions, Service } from '../api/types.ts';
import type { SshEndpoint } from '../ssh/types.ts';
import { runAndLogIn, sshEndpoint } from './bringUp.ts';
import { wasDeployed } from './findMachine.ts';
import { endTasks, isDeploying, quiesce, waitUntilQuiet } from './quiesce.ts';
import { secretsIn } from './plan.ts';
import { deployAgain, machineOf, type StartOptions } from './redeployMachine.ts';
import { formerTasks } from './running.ts';
import { isAlive } from './taskPhase.ts';
import type { Machine, MachineContext, MachineRef } from './types.ts';
import { verdictOf } from './verdict.ts';
import { pause } from './waiting.ts';

/** Starts a machine unless it runs, and waits until somebody can log in. What was never deployed, or is gone, is deployed. */
export async function startMachine(
  context: MachineContext,
  ref: MachineRef,
  options: StartOptions = {},
): Promise<Machine> {
  const { api, signal } = context;
  const service = await api.service(ref, { signal });
  const endpoint = await sshEndpoint(context, service, options.target);
  const hadToWait = await waitForOthers(context, ref);
  if (!hadToWait && !wasDeployed(service)) return deployAgain(context, service, options);
  const tasks = await api.tasks(service, { signal });
  const { status } = verdictOf(tasks);
  if (status === 'running' || status === 'starting') {
    await runAndLogIn(context, service, endpoint, { secrets: secretsOf(options) });
    return machineOf(service, endpoint);
  }
  // To a swarm, what ended by itself is not stopped: another start would do nothing. A reload makes new tasks of it.
  const hasEnded = service.kind === 'application' && tasks.length > 0;
  const isStarted = await started(context, service, endpoint, options, (call) =>
    hasEnded ? api.reload(service.id, service.appName, call) : api.start(service, call),
  );
  return isStarted ? machineOf(service, endpoint) : deployAgain(context, service, options);
}

/** Ends what runs and starts it anew, without deploying. Starts what does not run. */
export async function restartMachine(
  context: MachineContext,
  ref: MachineRef,
  options: StartOptions = {},
): Promise<Machine> {
  const { api, signal } = context;
  const service = await api.service(ref, { signal });
  await waitForOthers(context, ref);
  const runs = (await api.tasks(service, { signal })).some(isAlive);
  if (!runs) return startMachine(context, ref, options);
  if (service.kind === 'compose') {
    await endTasks(context, service);
    return startMachine(context, ref, options);
  }
  const endpoint = await sshEndpoint(context, service, options.target);
  const isStarted = await started(context, service, endpoint, options, (call) =>
    api.reload(service.id, service.appName, call),
  );
  return isStarted ? machineOf(service, endpoint) : deployAgain(context, service, options);
}

/** Waits for a deployment that goes on; whether there was one. */
async function waitForOthers(context: MachineContext, ref: MachineRef): Promise<boolean> {
  if (!(await isDeploying(context, ref))) return false;
  context.step('waiting for its deployment', 0.1);
  await waitUntilQuiet(context, ref);
  return true;
}

/** Stops a machine for good: what is queued is taken back, what is being deployed is waited for. Fine when nothing runs. */
export async function stopMachine(context: MachineContext, ref: MachineRef): Promise<void> {
  await quiesce(context, ref);
  await endTasks(context, ref);
}

/**
 * Calls what starts a machine and waits for the machine, not for the answer: that comes seconds after the task runs, and never
 * when the container ends again and again (recorded answers 65, 195). False: Dokploy has nothing that it could start.
 */
async function started(
  context: MachineContext,
  service: Service,
  endpoint: SshEndpoint,
  options: StartOptions,
  start: (call: CallOptions) => Promise<void>,
): Promise<boolean> {
  const former = await formerTasks(context, service);
  const over = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, over.signal]) };
  const refusal = refusalOf(inner, start);
  const running = runAndLogIn(inner, service, endpoint, { former, secrets: secretsOf(options) });
  try {
    const refused = await Promise.race([running.then(() => undefined), refusal]);
    if (refused === undefined) return true;
    // There is no service of that name, or no folder of that compose project.
    if (isDokployFailure(refused, 'server-error')) return false;
    throw refused;
  } finally {
    over.abort(new DevyardError('cancelled', 'It is over.'));
    await Promise.allSettled([running]);
  }
}

function secretsOf({ plan }: StartOptions): readonly string[] {
  return plan === undefined ? [] : secretsIn(plan);
}

/** Why it cannot be started. Stays open when it was started, or when nobody knows. */
async function refusalOf(inner: MachineContext, start: (call: CallOptions) => Promise<void>): Promise<Error> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await start({ signal: inner.signal });
      break;
    } catch (error) {
      if (isDokployFailure(error, 'timeout', 'cancelled') || inner.signal.aborted) break;
      if (!isDokployFailure(error, 'torn') || attempt === 3) return error as Error;
      await pause(inner, 500 * attempt).catch(() => undefined);
    }
  }
  return new Promise(() => undefined);
}
