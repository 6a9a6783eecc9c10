// One workspace with a real sshd, and other ways to reach it than Devyard's.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'ssh2';
import type { Workspace } from '../../src/api/contract/dokploy.ts';
import { addServer, bodyFor, createWorkspace } from '../../test/integration/daemon/dokployYard.ts';
import { type DokployDouble, startDokploy } from '../../test/support/dokploy/double.ts';
import type { World } from './world.mts';

const run = promisify(execFile);

export interface Machine extends AsyncDisposable {
  readonly dokploy: DokployDouble;
  readonly workspace: Workspace;
  /** ssh's arguments up to the host. */
  readonly ssh: readonly string[];
}

export async function openMachine({ client }: Pick<World, 'client'>): Promise<Machine> {
  const dokploy = await startDokploy();
  const server = await addServer(client, dokploy);
  const workspace = await createWorkspace(client, bodyFor(dokploy, server.id, 'bench'));
  const { file } = await client.call('dokploy.sshConfig', {});
  return {
    dokploy,
    workspace,
    ssh: ['-F', file, workspace.sshAlias ?? ''],
    [Symbol.asyncDispose]: () => dokploy.stop(),
  };
}

/** A cold `ssh host command`. */
export async function coldSsh({ ssh }: Machine, command: string): Promise<void> {
  await run('ssh', [...ssh, command], { maxBuffer: 1024 });
}

/** ssh2 by itself on an open connection, its socket made without Nagle's algorithm. */
export class RawSsh implements Disposable {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async open({ workspace }: Machine, dataDir: string): Promise<RawSsh> {
    const { endpoint, id } = workspace;
    if (endpoint === null) throw new Error('the workspace has no endpoint');
    const sock = connectTcp({ host: endpoint.host, port: endpoint.port, noDelay: true });
    await once(sock, 'connect');
    const client = new Client();
    const ready = once(client, 'ready');
    const privateKey = await readFile(join(dataDir, 'ssh', 'keys', id));
    client.connect({ sock, username: endpoint.user, privateKey });
    await ready;
    return new RawSsh(client);
  }

  /** Resolves with the bytes that came. */
  exec(command: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#client.exec(command, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        let bytes = 0;
        channel.on('data', (chunk: Buffer) => (bytes += chunk.length));
        channel.stderr.resume();
        channel.on('close', () => resolve(bytes));
        channel.end();
      });
    });
  }

  [Symbol.dispose](): void {
    this.#client.end();
  }
}
