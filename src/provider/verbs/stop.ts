import { stopMachine } from '../../managers/dokploy/machines/startMachine.ts';
import type { RunVerb } from '../call.ts';
import { locate, refOf } from '../locate.ts';
import { machineEnvironment } from '../machineEnvironment.ts';
import { machineContext, withMachine } from '../machineWork.ts';

/** Ends the machine; what is in its volumes stays. Fine when it does not run. */
export const stop: RunVerb = (call) => {
  const { env, log, signal } = call;
  return withMachine(call, machineEnvironment(env).folder, async (work) => {
    const service = await locate(work.api, work.identity, signal);
    if (service === undefined) log.info(`There is no machine “${work.identity.machine.id}”: nothing of it runs.`);
    else await stopMachine(machineContext(call, work), refOf(service));
    return 0;
  });
};
