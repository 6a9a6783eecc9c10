import { ensureMachine } from '../../managers/dokploy/machines/ensureMachine.ts';
import { ensureDevPodKey } from '../../managers/dokploy/ssh/keyFiles.ts';
import { print, type RunVerb } from '../call.ts';
import { writeHint } from '../hint.ts';
import { locate } from '../locate.ts';
import { folderOf, machineEnvironment } from '../machineEnvironment.ts';
import { machineOptions } from '../machineOptions.ts';
import { planOf } from '../machinePlan.ts';
import { machineContext, type MachineWork, withMachine } from '../machineWork.ts';
import { hostKeysIn, type Login } from '../remote.ts';

/** Makes the machine, or goes on where a former run ended, until SSH logs in. What is there and right stays as it is. */
export const create: RunVerb = async (call) => {
  const { env, signal } = call;
  const options = machineOptions(env);
  const folder = await folderOf(machineEnvironment(env));
  return withMachine(call, folder, async (work) => {
    const { connection, identity } = work;
    const { machine, marker } = identity;
    const { url } = connection;
    const { privateKey, publicKey } = await ensureDevPodKey(folder);
    const login: Login = { folder, machineId: machine.id, user: options.user, privateKey };
    // The mark is kept before anything is made that bears it.
    await writeHint(folder, { url, marker, machine: identity.hint?.machine ?? null, endpoint: null });
    await forgetFormerHost(work, login, signal);
    const plan = planOf(machine, marker, options, publicKey);
    const made = await ensureMachine(plan, machineContext(call, work, login));
    const { kind, id, appName, serverId } = made;
    const endpoint = { host: connection.sshHost ?? made.endpoint.host, port: made.endpoint.port };
    await writeHint(folder, { url, marker, machine: { kind, id, appName, serverId }, endpoint });
    print(call, `DEVPOD_MACHINE_ID=${machine.id}`);
    print(call, `DEVPOD_MACHINE_HOST=${endpoint.host}`);
    print(call, `DEVPOD_MACHINE_PORT=${String(endpoint.port)}`);
    print(call, `DEVPOD_MACHINE_USER=${options.user}`);
    return 0;
  });
};

/** A machine that is made again, after somebody deleted it in Dokploy, is another host. */
async function forgetFormerHost(
  { api, identity }: MachineWork,
  { folder, machineId }: Login,
  signal: AbortSignal,
): Promise<void> {
  const hostKeys = hostKeysIn(folder);
  if ((await hostKeys.fingerprint(machineId)) === undefined) return;
  if ((await locate(api, identity, signal)) === undefined) await hostKeys.forget(machineId);
}
