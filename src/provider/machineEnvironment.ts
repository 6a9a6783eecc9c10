import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { requireFolder } from '../managers/shared/files.ts';
import { type Environment, wrong } from './readers.ts';

/** Which machine DevPod means. */
export interface MachineEnvironment {
  readonly id: string;
  /** DevPod's context, which separates machines of one id. */
  readonly context: string;
  /** Where the provider keeps what belongs to this machine; undefined: DevPod did not say. */
  readonly folder: string | undefined;
}

const set = (env: Environment, ...names: readonly string[]): string | undefined =>
  names.map((name) => (env[name] ?? '').trim()).find((text) => text !== '');

/** Throws `invalid` and names the variable. DEVPOD_MACHINE_ID is heeded where there is no MACHINE_ID. */
export function machineEnvironment(env: Environment): MachineEnvironment {
  const id = set(env, 'MACHINE_ID', 'DEVPOD_MACHINE_ID');
  if (id === undefined) {
    throw wrong('MACHINE_ID', 'is not set', 'DevPod sets it. By hand: MACHINE_ID=NAME devyard provider …');
  }
  if (!/^[A-Za-z0-9][\w.-]{0,127}$/.test(id)) {
    throw wrong(
      'MACHINE_ID',
      'holds something else than letters, digits, dots and dashes',
      'Give the machine another name.',
    );
  }
  const folder = set(env, 'MACHINE_FOLDER');
  if (folder !== undefined && !isAbsolute(folder)) {
    throw wrong('MACHINE_FOLDER', 'is no absolute path', 'DevPod sets it. By hand, begin it with a slash.');
  }
  return { id, context: set(env, 'MACHINE_CONTEXT', 'PROVIDER_CONTEXT') ?? 'default', folder };
}

/** The folder for what is worthless without it, such as the key. Throws where it is missing or may not be entered. */
export async function folderOf({ folder }: MachineEnvironment): Promise<string> {
  if (folder === undefined) {
    throw wrong(
      'MACHINE_FOLDER',
      'is not set',
      'DevPod sets it. By hand: a folder that belongs to this machine alone.',
    );
  }
  await requireFolder(folder, 'MACHINE_FOLDER');
  return folder;
}

/** The command that DevPod wants to run there. */
export function commandOf(env: Environment): string {
  // Blanks may belong to it.
  const command = [env['COMMAND'], env['DEVPOD_COMMAND']].find((text) => text !== undefined && text !== '');
  if (command === undefined) {
    throw wrong('COMMAND', 'is not set', 'DevPod sets it. By hand: COMMAND=uname devyard provider command');
  }
  return command;
}

/**
 * What Devyard knows a machine by in Dokploy. The owner tells this DevPod from others that use the same server: one id may
 * well be given by two people.
 */
export function markerOf({ id, context }: MachineEnvironment, owner: string | undefined): string {
  return `devpod:${context}/${id}${owner === undefined ? '' : `@${owner}`}`;
}

/** Short text that only this marker has, for names of volumes. */
export function digestOf(marker: string): string {
  return createHash('sha256').update(marker).digest('hex').slice(0, 8);
}
