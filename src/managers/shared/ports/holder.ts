import { readFile, readdir, readlink } from 'node:fs/promises';
import { DevyardError } from '../errors.ts';

/** The process that listens on a port. */
export interface PortHolder {
  readonly pid: number;
  /** Its arguments, joined with blanks; its short name where they cannot be read. */
  readonly command: string;
}

/**
 * Who listens on a local TCP port, as far as this user may know: Linux only (proc_pid_net(5), proc_pid_fd(5)),
 * and only processes whose descriptors may be read. Never rejects.
 */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const tables = await Promise.all(
      ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
    );
    const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)));
    if (inodes.size === 0) return undefined;
    for (const entry of await readdir('/proc')) {
      if (/^\d+$/.test(entry) && (await holdsSocket(entry, inodes)))
        return { pid: Number(entry), command: await commandOf(entry) };
    }
    return undefined;
  } catch {
    return undefined;
  }
}

/** Who listens on a port, for a sentence; undefined when that is not known. */
export async function describePortHolder(port: number): Promise<string | undefined> {
  const holder = await findPortHolder(port);
  return holder && `process ${holder.pid} (${holder.command})`;
}

/** The error for a port that somebody else holds, naming who. Nobody is ever ended to get a port. */
export async function portTaken(port: number, cause?: unknown): Promise<DevyardError> {
  const who = (await describePortHolder(port)) ?? 'another process';
  return new DevyardError('port-taken', `Port ${port} is in use by ${who}.`, {
    field: 'port',
    hint: 'End that process, or use another port.',
    cause,
  });
}

/** @internal Socket inodes that listen on `port` in the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): string[] {
  const inodes: string[] = [];
  for (const line of table.split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const hex = local?.split(':')[1];
    // 0A is TCP_LISTEN; an inode of 0 belongs to nobody.
    if (
      hex !== undefined &&
      state === '0A' &&
      inode !== undefined &&
      inode !== '0' &&
      Number.parseInt(hex, 16) === port
    )
      inodes.push(inode);
  }
  return inodes;
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // Processes of other users, and those that just ended, cannot be read.
  const descriptors = await readdir(folder).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`${folder}/${descriptor}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

async function commandOf(pid: string): Promise<string> {
  const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const command = raw.split('\0').join(' ').trim();
  return command === ''
    ? (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'unknown')).trim()
    : shorten(command);
}

/** Control characters would spoil the message; a command line may have megabytes. */
function shorten(command: string): string {
  const clean = command.replace(/\p{Cc}+/gu, ' ');
  return clean.length > 200 ? `${clean.slice(0, 199)}…` : clean;
}
