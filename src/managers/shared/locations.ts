import { createHash } from 'node:crypto';
import { chmod, lstat, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DevyardError } from './errors.ts';
import { makeFolders, writeFileAtomic } from './files.ts';

/** Where everything lies below the data directory. */
export interface Locations {
  readonly dataDir: string;
  readonly database: string;
  readonly backups: string;
  readonly lock: string;
  readonly daemonFile: string;
  readonly tokenFile: string;
  readonly cookieKeyFile: string;
  readonly secretsKeyFile: string;
  readonly hostIdFile: string;
  readonly socketFolderFile: string;
  readonly settingsFile: string;
  readonly daemonLog: string;
  readonly logs: string;
  readonly runs: string;
  readonly runtimes: string;
  readonly bin: string;
  readonly tools: string;
  readonly codeServers: string;
  readonly workspaces: string;
  readonly uploads: string;
  /** Keys, pinned host keys and the ssh config of remote workspaces. */
  readonly ssh: string;
}

export function locationsOf(dataDir: string): Locations {
  const at = (...parts: string[]): string => join(dataDir, ...parts);
  return {
    dataDir,
    database: at('devyard.db'),
    backups: at('backups'),
    lock: at('daemon.lock'),
    daemonFile: at('daemon.json'),
    tokenFile: at('token'),
    cookieKeyFile: at('cookie.key'),
    secretsKeyFile: at('secrets.key'),
    hostIdFile: at('host-id'),
    socketFolderFile: at('socket-folder'),
    settingsFile: at('settings.json'),
    daemonLog: at('daemon.log'),
    logs: at('logs'),
    runs: at('runs'),
    runtimes: at('runtime'),
    bin: at('bin'),
    tools: at('tools'),
    codeServers: at('code-servers'),
    workspaces: at('workspaces'),
    uploads: at('uploads'),
    ssh: at('ssh'),
  };
}

/**
 * Longest path of a Unix socket in bytes: `sun_path` has 108 on Linux and 104 on macOS and the BSDs, including the
 * closing zero byte.
 */
export const maxSocketPathBytes = 103;

/**
 * A short private folder for sockets, because a data directory's path may be longer than a socket path may be:
 * below `$XDG_RUNTIME_DIR`, else in the temporary folder. Refuses a folder that somebody else made or can enter.
 * The choice is written down: a daemon that is started from elsewhere, with other variables, finds the sockets of what runs.
 */
export async function socketFolder(
  { dataDir, socketFolderFile }: Locations,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const digest = createHash('sha256')
    .update(await realpath(dataDir))
    .digest('hex')
    .slice(0, 12);
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  const uid = process.getuid?.() ?? 0;
  const before = (await readFile(socketFolderFile, 'utf8').catch(() => '')).trim();
  const candidates = [
    ...(before.startsWith('/') ? [before] : []),
    ...(runtimeDir !== undefined && runtimeDir.startsWith('/') ? [join(runtimeDir, `devyard-${digest}`)] : []),
    join(tmpdir(), `devyard-${String(uid)}-${digest}`),
    `/tmp/devyard-${String(uid)}-${digest}`,
  ].filter((path) => Buffer.byteLength(path) + 20 <= maxSocketPathBytes);
  const problems: string[] = [];
  for (const folder of candidates) {
    const problem = await claim(folder, uid);
    if (problem === undefined) {
      if (folder !== before) await writeFileAtomic(socketFolderFile, `${folder}\n`);
      return folder;
    }
    problems.push(`${folder}: ${problem}`);
  }
  throw new DevyardError('unavailable', `There is no private folder for Devyard's sockets (${problems.join('; ')}).`, {
    hint: 'Set XDG_RUNTIME_DIR to a short folder that belongs to you.',
  });
}

async function claim(folder: string, uid: number): Promise<string | undefined> {
  try {
    await makeFolders(folder, 0o700);
    const entry = await lstat(folder);
    if (!entry.isDirectory()) return 'is not a folder';
    if (entry.uid !== uid) return 'belongs to somebody else';
    await chmod(folder, 0o700);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
