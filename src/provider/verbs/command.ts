import { isDokployFailure } from '../../managers/dokploy/api/failure.ts';
import { problemOf } from '../../managers/dokploy/ssh/fault.ts';
import type { SshConnection, SshEndpoint } from '../../managers/dokploy/ssh/types.ts';
import { DevyardError } from '../../managers/shared/errors.ts';
import type { Call, RunVerb } from '../call.ts';
import { connectionOptions } from '../connectionOptions.ts';
import { identify, type Identity } from '../identity.ts';
import { commandOf, folderOf } from '../machineEnvironment.ts';
import { userOption } from '../machineOptions.ts';
import { passThrough } from '../passThrough.ts';
import { connectTo, type Login, readPrivateKey } from '../remote.ts';

/** Before Dokploy is asked whether the machine moved, in milliseconds. DevPod gives up after 20 s and begins again. */
const knownPlaceMs = 6000;
/** After that. */
const askedPlaceMs = 12_000;

/**
 * Runs $COMMAND on the machine. DevPod talks to it: what comes in goes to the command and what the command says comes out,
 * unchanged, and nothing else ever does.
 */
export const command: RunVerb = async (call) => {
  const { env, streams, signal } = call;
  const text = commandOf(env);
  const connection = connectionOptions(env);
  const identity = await identify(env, connection.url);
  const folder = await folderOf(identity.machine);
  const login: Login = {
    folder,
    machineId: identity.machine.id,
    user: userOption(env),
    privateKey: await readPrivateKey(folder),
  };
  const ssh = await connectSomehow(call, identity, login);
  const remote = await ssh.exec(text, { signal });
  return passThrough(remote, streams, signal);
};

/** Where it was the last time; when that fails, where Dokploy says that it is. */
async function connectSomehow(call: Call, identity: Identity, login: Login): Promise<SshConnection> {
  const { signal, clock, log } = call;
  const known = identity.hint?.endpoint ?? null;
  let failure: DevyardError | undefined;
  if (known !== null) {
    try {
      return await connectTo(known, login, { signal, clock, timeoutMs: knownPlaceMs });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DevyardError) || problemOf(error) === undefined) throw error;
      log.debug(error.message);
      failure = error;
    }
  }
  const endpoint = await askForPlace(call, identity).catch((error: unknown) => {
    if (failure === undefined || signal.aborted || !isDokployFailure(error)) throw error;
    throw new DevyardError('unavailable', `${failure.message} Whether it moved cannot be asked: ${error.message}`, {
      cause: failure,
    });
  });
  const isSame = known !== null && endpoint.host === known.host && endpoint.port === known.port;
  // It was not reached there, or it is another host or refuses the key: a second attempt would say the same.
  if (isSame && failure !== undefined && problemOf(failure) !== 'silent') throw failure;
  return connectTo(endpoint, login, { signal, clock, timeoutMs: askedPlaceMs });
}

async function askForPlace(call: Call, identity: Identity): Promise<SshEndpoint> {
  const { env, log, signal } = call;
  const connection = connectionOptions(env);
  const [{ withServer }, { locate, refOf, remember, sshEndpoint }] = await Promise.all([
    import('../withServer.ts'),
    import('../locate.ts'),
  ]);
  return withServer(call, connection, async (api) => {
    const service = await locate(api, identity, signal);
    if (service === undefined) {
      throw new DevyardError('not-found', `There is no machine “${identity.machine.id}” on this Dokploy server.`, {
        hint: 'Create it first.',
      });
    }
    const endpoint = sshEndpoint(service, connection);
    if (endpoint === null) {
      throw new DevyardError('wrong-state', `The machine “${identity.machine.id}” publishes no port for SSH.`, {
        hint: 'Create it again: what is missing is made.',
      });
    }
    await remember(identity, connection, { ref: refOf(service), endpoint }, log);
    return endpoint;
  });
}
