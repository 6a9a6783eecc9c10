// An OpenSSH server for the tests that clone over ssh.
import { existsSync } from 'node:fs';
import { aptInstall } from './apt.mjs';

/** sshd must be started by its full path. */
const paths = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'];
const find = () => paths.find((path) => existsSync(path));

/** `{path}` of an sshd, installing Debian's when that is possible; else `{reason}` why there is none. Never throws. */
export async function ensureSshd() {
  const reason = find() === undefined ? await aptInstall('openssh-server', '2 MB') : undefined;
  const path = find();
  return path === undefined ? { reason: `no sshd: ${reason ?? 'apt-get installed none'}` } : { path };
}
