import { DevyardError } from '../../shared/errors.ts';
import type { SshEndpoint } from './types.ts';

/** What OpenSSH has to know of one host. */
export interface SshConfigEntry {
  /** What the host is called in `ssh ALIAS`, and under which its key is pinned. Lower case: OpenSSH looks keys up so. */
  readonly alias: string;
  /** For whoever reads the file. */
  readonly title: string;
  readonly endpoint: SshEndpoint;
  readonly user: string;
  readonly identityFile: string;
  readonly forwardAgent: boolean;
}

const head = `# Written by Devyard, which writes it anew whenever a workspace changes: what is added here is lost.
# Settings of your own belong into ~/.ssh/config, below the line that includes this file.
`;

/** Seconds, and how often in a row nothing may be answered. */
const aliveInterval = 15;
const aliveCount = 4;

/**
 * The text of an ssh_config(5) file. Throws `invalid` for what that format cannot hold: control characters, and double
 * quotes or `${` in a path.
 */
export function renderSshConfig(entries: readonly SshConfigEntry[], knownHostsFile: string): string {
  const inOrder = entries.toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
  return [head, ...inOrder.map((entry) => hostBlock(entry, knownHostsFile))].join('\n');
}

function hostBlock(entry: SshConfigEntry, knownHostsFile: string): string {
  const { alias, endpoint, user } = entry;
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(alias)) throw unfit('alias', alias);
  // Host names and users may hold `%` in no form that means itself in every version of OpenSSH.
  if (!/^[\w.:-]+$/.test(endpoint.host) || endpoint.host.startsWith('-')) throw unfit('host', endpoint.host);
  if (!/^[\w.@+][\w.@+\\-]*\$?$/.test(user)) throw unfit('user', user);
  return `# ${entry.title.replaceAll(/\p{C}+/gu, ' ')}
Host ${alias}
  HostName ${endpoint.host}
  Port ${String(endpoint.port)}
  User ${configWord(user, 'user')}
  IdentityFile ${pathWord(entry.identityFile, 'identityFile')}
  IdentitiesOnly yes
  PreferredAuthentications publickey
  HostKeyAlias ${alias}
  UserKnownHostsFile ${pathWord(knownHostsFile, 'knownHostsFile')}
  StrictHostKeyChecking yes
  CheckHostIP no
  ForwardAgent ${entry.forwardAgent ? 'yes' : 'no'}
  ServerAliveInterval ${String(aliveInterval)}
  ServerAliveCountMax ${String(aliveCount)}
`;
}

/** A path as one argument, in which `%` does not begin a token. */
function pathWord(path: string, field: string): string {
  if (path.includes('${')) throw unfit(field, path);
  return configWord(path.replaceAll('%', '%%'), field);
}

/** One argument of a setting. OpenSSH before 8.7 knows no escape for a quote, so there must be none. */
export function configWord(text: string, field: string): string {
  if (/[\p{Cc}"]/u.test(text)) throw unfit(field, text);
  // OpenSSH for Windows takes slashes, and would take a backslash for an escape.
  const word = process.platform === 'win32' ? text.replaceAll('\\', '/') : text.replaceAll('\\', '\\\\');
  return /[\s#=']/.test(word) ? `"${word}"` : word;
}

function unfit(field: string, value: string): DevyardError {
  return new DevyardError('invalid', `${JSON.stringify(value)} cannot stand in an ssh configuration.`, {
    field,
    hint: 'Use a name or a path without double quotes, control characters and “${”.',
  });
}
