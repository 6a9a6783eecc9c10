// A large file out of a workspace: through the connection that Devyard opens, through its API, and with ssh.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { connect } from '../../src/managers/dokploy/ssh/connect.ts';
import { KnownHosts } from '../../src/managers/dokploy/ssh/knownHosts.ts';
import type { Measured } from '../lib/bench.mts';
import { openMachine } from './machine.mts';
import { timed, type World } from './world.mts';

const megabytes = 512;
const rounds = 7;
const command = `head -c ${megabytes * 1_000_000} /dev/zero`;

export async function measureThroughput(world: World): Promise<Measured> {
  const { client, yard, say } = world;
  await using machine = await openMachine(world);
  const { id, endpoint, sshAlias } = machine.workspace;
  if (endpoint === null || sshAlias === null) throw new Error('the workspace has no endpoint');
  const connection = await connect({
    ...endpoint,
    alias: sshAlias,
    privateKey: await readFile(join(yard.dataDir, 'ssh', 'keys', id), 'utf8'),
    hostKeys: new KnownHosts(join(yard.dataDir, 'ssh', 'known_hosts')),
  });
  const byRoom: number[] = [];
  const byApi: number[] = [];
  const bySsh: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    byRoom.push(
      await timed(async () => {
        const remote = await connection.exec(command);
        remote.stdin.end();
        await all(remote.stdout);
      }),
    );
    byApi.push(
      await timed(async () => {
        const remote = await client.exec(id, command);
        remote.stdin.end();
        remote.stderr.resume();
        await all(remote.stdout);
      }),
    );
    bySsh.push(
      await timed(async () => {
        const ssh = spawn('ssh', [...machine.ssh, command], { stdio: ['ignore', 'pipe', 'inherit'] });
        await all(ssh.stdout);
      }),
    );
    say(`round ${round} of ${rounds}`);
  }
  connection.end();
  const rate = (samples: readonly number[]): number[] => samples.map((ms) => (megabytes / ms) * 1000);
  const times = (samples: readonly number[]): number[] => samples.map((ms, index) => ms / (bySsh[index] ?? Number.NaN));
  const peer = { what: '`ssh host cat`', samples: rate(bySsh) };
  return {
    figures: [
      { what: `${megabytes} MB over Devyard's own connection`, unit: 'MB/s', samples: rate(byRoom), peer },
      { what: 'the same: times as long as ssh', unit: '×', samples: times(byRoom), goal: { of: 'median', limit: 1 } },
      { what: `${megabytes} MB by the API`, unit: 'MB/s', samples: rate(byApi), peer },
    ],
  };
}

/** Reads to the end; throws when bytes are missing. */
async function all(stream: Readable): Promise<void> {
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  if (bytes !== megabytes * 1_000_000) throw new Error(`${bytes} bytes came`);
}
