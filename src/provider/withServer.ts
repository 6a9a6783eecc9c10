import { DokployFailure } from '../managers/dokploy/api/failure.ts';
import { explainKey, type KeyHistory, problemOfKey } from '../managers/dokploy/api/keyCheck.ts';
import type { DokployApi } from '../managers/dokploy/api/types.ts';
import { DevyardError } from '../managers/shared/errors.ts';
import { cacheFolder } from './cacheFolder.ts';
import type { Call } from './call.ts';
import type { ConnectionOptions } from './connectionOptions.ts';
import { type KeyMemory, openKeyMemory } from './keyMemory.ts';
import { type Environment, setIt } from './readers.ts';

/** Does the work with the Dokploy server. Failures of the server come out in words for whoever sets the options. */
export async function withServer<T>(
  { env, clock, openServer }: Pick<Call, 'env' | 'clock' | 'openServer'>,
  options: ConnectionOptions,
  work: (api: DokployApi, keys: KeyMemory) => Promise<T>,
): Promise<T> {
  const keys = openKeyMemory(cacheFolder(env, process.platform), options);
  const { api, close } = await openServer(options);
  try {
    return await work(api, keys);
  } catch (error) {
    throw error instanceof DokployFailure ? explained(env, error, await keys.read(), clock.now()) : error;
  } finally {
    close();
  }
}

/** `now` in milliseconds since the epoch. */
function explained(env: Environment, failure: DokployFailure, history: KeyHistory, now: number): DevyardError {
  if (failure.kind === 'unauthorized') return explainKey(failure, problemOfKey(history, now));
  if (failure.certificate === undefined) return failure;
  const { fingerprint, subject } = failure.certificate;
  return new DevyardError(failure.code, failure.message, {
    field: 'DOKPLOY_CERTIFICATE',
    hint:
      `It offers the certificate of ${subject}. If the server has that fingerprint, too, accept it. ` +
      setIt(env, 'DOKPLOY_CERTIFICATE', fingerprint),
    cause: failure,
  });
}
