import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../managers/dokploy/ssh/connect.ts';
import { problemOf } from '../managers/dokploy/ssh/fault.ts';
import { devPodKeyName } from '../managers/dokploy/ssh/keyFiles.ts';
import { KnownHosts } from '../managers/dokploy/ssh/knownHosts.ts';
import type { SshConnection, SshEndpoint, SshTarget } from '../managers/dokploy/ssh/types.ts';
import { waitForLogin } from '../managers/dokploy/ssh/waitForLogin.ts';
import type { Clock } from '../managers/shared/clock.ts';
import { DevyardError, errnoOf } from '../managers/shared/errors.ts';
import { diskError } from '../managers/shared/files.ts';

const knownHostsName = 'known_hosts';
/** Files in a machine's folder that belong to SSH. */
export const sshFiles = [devPodKeyName, `${devPodKeyName}.pub`, knownHostsName, `${knownHostsName}.lock`];

/** How a machine is logged in to. */
export interface Login {
  /** The machine's folder. */
  readonly folder: string;
  readonly machineId: string;
  readonly user: string;
  readonly privateKey: string;
}

export function hostKeysIn(folder: string): KnownHosts {
  return new KnownHosts(join(folder, knownHostsName));
}

/** The key that was made with the machine. */
export async function readPrivateKey(folder: string): Promise<string> {
  const file = join(folder, devPodKeyName);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, file);
    throw new DevyardError('not-found', `The key of the machine is missing: ${file}.`, {
      hint: 'Put it back. Where it is lost, delete the machine and create it again.',
      cause: error,
    });
  }
}

interface Attempt {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** For everything up to the login, in milliseconds. */
  readonly timeoutMs: number;
}

/** Rejects as `connect` does. */
export function connectTo(endpoint: SshEndpoint, login: Login, attempt: Attempt): Promise<SshConnection> {
  return forPeople(login, connect(targetOf(endpoint, login), attempt));
}

/** Resolves when somebody can log in. Rejects as `waitForLogin` does. `onTrouble` hears why it takes its time. */
export function waitFor(
  endpoint: SshEndpoint,
  login: Login,
  attempt: Attempt & { readonly onTrouble: (message: string) => void },
): Promise<void> {
  return forPeople(login, waitForLogin(targetOf(endpoint, login), attempt));
}

function targetOf(endpoint: SshEndpoint, { folder, machineId, user, privateKey }: Login): SshTarget {
  return { ...endpoint, user, alias: machineId, privateKey, hostKeys: hostKeysIn(folder) };
}

/** Another host's key has its ways out in the editor, which is not here. */
async function forPeople<T>({ folder }: Login, attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    if (!(error instanceof DevyardError) || problemOf(error) !== 'host-key') throw error;
    throw new DevyardError(error.code, error.message, {
      hint: `If the machine was made anew by other means than DevPod, delete ${join(folder, knownHostsName)}. Otherwise somebody may be in between.`,
      cause: error.cause,
    });
  }
}
