import { isDokployFailure } from '../managers/dokploy/api/failure.ts';
import type { DokployApi, Service } from '../managers/dokploy/api/types.ts';
import { endpointOf } from '../managers/dokploy/machines/endpoint.ts';
import { findMachine } from '../managers/dokploy/machines/findMachine.ts';
import { hasMarker } from '../managers/dokploy/machines/plan.ts';
import type { MachineRef } from '../managers/dokploy/machines/types.ts';
import type { SshEndpoint } from '../managers/dokploy/ssh/types.ts';
import { messageOf } from '../managers/shared/errors.ts';
import type { ConnectionOptions } from './connectionOptions.ts';
import { writeHint } from './hint.ts';
import type { Identity } from './identity.ts';
import type { Log } from './log.ts';

/** The machine; undefined only after everything was listed and read. What is known of it saves the search. */
export async function locate(api: DokployApi, identity: Identity, signal: AbortSignal): Promise<Service | undefined> {
  const { hint, marker, machine } = identity;
  const known = hint?.machine === null || hint === undefined ? undefined : await read(api, hint.machine, signal);
  if (known !== undefined && hasMarker(known.description, marker)) return known;
  return findMachine(api, { marker, name: machine.id }, signal);
}

async function read(api: DokployApi, { kind, id }: MachineRef, signal: AbortSignal): Promise<Service | undefined> {
  try {
    return await api.service({ kind, id }, { signal });
  } catch (error) {
    if (isDokployFailure(error, 'not-found')) return undefined;
    throw error;
  }
}

export function refOf({ kind, id, appName, serverId }: Service): MachineRef {
  return { kind, id, appName, serverId };
}

/** Where SSH of it is reached; null: it publishes none. */
export function sshEndpoint(service: Service, { host, sshHost }: ConnectionOptions): SshEndpoint | null {
  const endpoint = endpointOf(service, host);
  if (endpoint === undefined) return null;
  return sshHost === null ? endpoint : { ...endpoint, host: sshHost };
}

/** Keeps what was found out. That it cannot be kept costs time, and nothing else. */
export async function remember(
  { machine, marker }: Identity,
  { url }: Pick<ConnectionOptions, 'url'>,
  found: { readonly ref: MachineRef; readonly endpoint: SshEndpoint | null },
  log: Log,
): Promise<void> {
  if (machine.folder === undefined) return;
  try {
    await writeHint(machine.folder, { url, marker, machine: found.ref, endpoint: found.endpoint });
  } catch (error) {
    log.debug(messageOf(error));
  }
}
