import { startMachine } from '../../managers/dokploy/machines/startMachine.ts';
import { DevyardError } from '../../managers/shared/errors.ts';
import type { RunVerb } from '../call.ts';
import { locate, refOf, remember, sshEndpoint } from '../locate.ts';
import { folderOf, machineEnvironment } from '../machineEnvironment.ts';
import { userOption } from '../machineOptions.ts';
import { machineContext, withMachine } from '../machineWork.ts';
import { type Login, readPrivateKey } from '../remote.ts';

/** Starts the machine unless it runs, and returns when SSH logs in. */
export const start: RunVerb = async (call) => {
  const { env, log, signal } = call;
  const folder = await folderOf(machineEnvironment(env));
  const user = userOption(env);
  return withMachine(call, folder, async (work) => {
    const { api, identity, connection } = work;
    const service = await locate(api, identity, signal);
    if (service === undefined) {
      throw new DevyardError('not-found', `There is no machine “${identity.machine.id}” on this Dokploy server.`, {
        hint: 'Create it first.',
      });
    }
    const login: Login = { folder, machineId: identity.machine.id, user, privateKey: await readPrivateKey(folder) };
    await startMachine(machineContext(call, work, login), refOf(service));
    const endpoint = sshEndpoint(service, connection);
    await remember(identity, connection, { ref: refOf(service), endpoint }, log);
    return 0;
  });
};
