import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { KnownHosts } from '../../../src/managers/dokploy/ssh/knownHosts.ts';
import type { SshTarget } from '../../../src/managers/dokploy/ssh/types.ts';
import { type Server, startServer } from '../../support/server.ts';

export interface SshWorld extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  /** A way in that works; the host's key is not pinned yet. */
  readonly target: SshTarget;
  readonly knownHostsFile: string;
  readonly keyFile: string;
  /** Of a key that is not let in. */
  readonly strangerKey: string;
  /** Everything sshd wrote since it was started last. */
  log(): string;
  /** Ends sshd; what it started for logins goes on. */
  stop(): Promise<void>;
  /** Starts it, on the same port, with these settings before all others. */
  start(settings?: readonly string[]): Promise<void>;
  /** From the next start on it is another host. */
  swapHostKey(): Promise<void>;
}

/** A real sshd that serves the user of these tests, with keys and settings in `folder` only. */
export async function openSshWorld(
  program: string,
  folder: string,
  settings: readonly string[] = [],
): Promise<SshWorld> {
  const at = (name: string): string => join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // sshd started by root insists on its empty folder.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  for (const name of ['host', 'otherHost', 'person', 'stranger']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  }
  await writeFile(at('authorized_keys'), await readFile(at('person.pub')));
  const port = await freePort();
  let server: Server | undefined;
  const stop = async (): Promise<void> => {
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  };
  const start = async (own: readonly string[] = settings): Promise<void> => {
    const all = [
      ...own,
      `Port ${String(port)}`,
      'ListenAddress 127.0.0.1',
      `HostKey "${at('host')}"`,
      `AuthorizedKeysFile "${at('authorized_keys')}"`,
      'LogLevel VERBOSE',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      'PermitRootLogin yes',
      'PasswordAuthentication yes',
      'KbdInteractiveAuthentication no',
      'MaxStartups 100',
    ];
    await writeFile(at('sshd_config'), `${all.join('\n')}\n`);
    server = await startServer({
      command: program,
      args: ['-D', '-e', '-f', at('sshd_config')],
      env: { PATH: process.env['PATH'] },
      ready: /Server listening on/,
    });
  };
  await start();
  const knownHostsFile = at('known hosts');
  return {
    folder,
    port,
    knownHostsFile,
    keyFile: at('person'),
    strangerKey: await readFile(at('stranger'), 'utf8'),
    target: {
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      alias: 'devyard-test',
      privateKey: await readFile(at('person'), 'utf8'),
      hostKeys: new KnownHosts(knownHostsFile),
    },
    log: () => server?.output() ?? '',
    stop,
    start,
    async swapHostKey() {
      await rename(at('otherHost'), at('host'));
    },
    [Symbol.asyncDispose]: stop,
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  return address.port;
}

/** In uneven pieces, as they come from elsewhere. */
export function* pieces(bytes: Buffer): Generator<Buffer> {
  const sizes = [1, 70_000, 32_768, 13, 300_000];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
