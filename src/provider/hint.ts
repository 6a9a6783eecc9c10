import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineRef } from '../managers/dokploy/machines/types.ts';
import type { SshEndpoint } from '../managers/dokploy/ssh/types.ts';
import { writeFileAtomic } from '../managers/shared/files.ts';

/** What was found out about a machine before. It saves questions, and is never believed without being checked. */
export interface Hint {
  /** Server that it is about. */
  readonly url: string;
  readonly marker: string;
  readonly machine: MachineRef | null;
  readonly endpoint: SshEndpoint | null;
}

const fileName = 'devyard.json';

export async function readHint(folder: string | undefined, url: string): Promise<Hint | undefined> {
  if (folder === undefined) return undefined;
  try {
    const hint = hintOf(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
    return hint?.url === url ? hint : undefined;
  } catch {
    return undefined;
  }
}

export async function writeHint(folder: string, hint: Hint): Promise<void> {
  await writeFileAtomic(join(folder, fileName), `${JSON.stringify(hint)}\n`);
}

export async function forgetHint(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true });
}

/** The hint in what a file holds, if it is one. */
export function hintOf(value: unknown): Hint | undefined {
  const { url, marker, machine, endpoint } = record(value);
  if (!isText(url) || !isText(marker)) return undefined;
  return { url, marker, machine: machineIn(machine), endpoint: endpointIn(endpoint) };
}

function machineIn(value: unknown): MachineRef | null {
  const { kind, id, appName, serverId } = record(value);
  if ((kind !== 'application' && kind !== 'compose') || !isText(id) || !isText(appName)) return null;
  return isText(serverId) || serverId === null ? { kind, id, appName, serverId } : null;
}

function endpointIn(value: unknown): SshEndpoint | null {
  const { host, port } = record(value);
  return isText(host) && typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536
    ? { host, port }
    : null;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
