import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../support/server.ts';

export interface SshServer extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  /** Of an agent that holds the accepted key. */
  readonly agentSocket: string;
  /** A settings file for `ssh -F`: this server's key is known, no key file is used. */
  readonly configFile: string;
}

/** A real sshd and a real ssh-agent, with keys and settings in `folder` only. */
export async function openSshServer(program: string, folder: string): Promise<SshServer> {
  const at = (name: string): string => join(folder, name);
  await mkdir(folder, { mode: 0o700 });
  // sshd started by root insists on its empty folder.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  for (const name of ['host', 'person']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  }
  const port = await freePort();
  const settings = [
    `Port ${String(port)}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('person.pub')}`,
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    'PermitRootLogin yes',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
  ];
  await writeFile(at('sshd_config'), `${settings.join('\n')}\n`);
  await writeFile(at('known_hosts'), `[127.0.0.1]:${String(port)} ${await readFile(at('host.pub'), 'utf8')}`);
  await writeFile(
    at('config'),
    `UserKnownHostsFile ${at('known_hosts')}\nGlobalKnownHostsFile /dev/null\nIdentityFile none\n`,
  );
  const env = { PATH: process.env['PATH'] };
  await using stack = new AsyncDisposableStack();
  stack.use(
    await startServer({
      command: program,
      args: ['-D', '-e', '-f', at('sshd_config')],
      env,
      ready: /Server listening on/,
    }),
  );
  stack.use(await startServer({ command: 'ssh-agent', args: ['-D', '-a', at('agent')], env, ready: /SSH_AUTH_SOCK=/ }));
  execFileSync('ssh-add', ['-q', at('person')], { env: { ...env, SSH_AUTH_SOCK: at('agent') }, stdio: 'pipe' });
  const servers = stack.move();
  return {
    port,
    user: userInfo().username,
    agentSocket: at('agent'),
    configFile: at('config'),
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  return address.port;
}
