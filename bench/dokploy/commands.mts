// Small commands in a workspace: over a connection that is shared, with bare ssh2 on an open one, and with a cold ssh.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownHosts } from '../../src/managers/dokploy/ssh/knownHosts.ts';
import { SshPool } from '../../src/managers/dokploy/ssh/pool.ts';
import { run } from '../../test/integration/daemon/dokployYard.ts';
import type { Measured } from '../lib/bench.mts';
import { coldSsh, type Machine, openMachine, RawSsh } from './machine.mts';
import { timed, type World } from './world.mts';

const rounds = 100;
/** Everything is compiled by then, and connected. */
const warmingUp = 30;
/** As long as a login shell took on the server whose figures the goals come from. */
const slow = 'sleep 0.04';

export async function measureCommands(world: World): Promise<Measured> {
  const { client, yard, say } = world;
  await using machine = await openMachine(world);
  const { id } = machine.workspace;
  using raw = await RawSsh.open(machine, yard.dataDir);
  const pool = await openPool(machine, yard.dataDir);
  const ways = {
    pool: () => inPool(pool, 'true'),
    api: () => run(client, id, 'true'),
    bare: () => raw.exec('true'),
    slowApi: () => run(client, id, slow),
    slowBare: () => raw.exec(slow),
  };
  const taken = { pool: [], api: [], bare: [], slowApi: [], slowBare: [] } as Record<keyof typeof ways, number[]>;
  const cold: number[] = [];
  for (let round = 1 - warmingUp; round <= rounds; round += 1) {
    for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
      const ms = await timed(ways[way]);
      if (round > 0) taken[way].push(ms);
    }
    if (round > 0 && round % 5 === 0) cold.push(await timed(() => coldSsh(machine, 'true')));
    if (round % 25 === 0) say(`${round} of ${rounds}`);
  }
  await pool.close();
  const { bare, slowBare } = taken;
  const times = (samples: readonly number[], peers: readonly number[]): number[] =>
    samples.map((ms, index) => ms / (peers[index] ?? Number.NaN));
  const shares = cold.map((ms, index) => (taken.api[index * 5 + 4] ?? Number.NaN) / ms);
  const peer = { what: 'ssh2 alone, on an open connection', samples: bare };
  return {
    figures: [
      { what: '`true` over the shared connection', unit: 'ms', samples: taken.pool, peer },
      {
        what: 'the same: times as long as ssh2 alone',
        unit: '×',
        samples: times(taken.pool, bare),
        goal: { of: 'median', limit: 1.15 },
      },
      { what: '`true` by the API, from another process', unit: 'ms', samples: taken.api, peer },
      {
        what: 'the same: share of a cold `ssh host true`',
        unit: '×',
        samples: shares,
        goal: { of: 'median', limit: 0.25 },
      },
      { what: `\`${slow}\` by the API`, unit: 'ms', samples: taken.slowApi, peer: { ...peer, samples: slowBare } },
      {
        what: 'the same: times as long as ssh2 alone',
        unit: '×',
        samples: times(taken.slowApi, slowBare),
        goal: { of: 'median', limit: 1.15 },
      },
    ],
  };
}

/** A pool as the daemon has one, without the daemon around it. */
async function openPool({ workspace }: Machine, dataDir: string): Promise<SshPool> {
  const { id, endpoint, sshAlias } = workspace;
  if (endpoint === null || sshAlias === null) throw new Error('the workspace has no endpoint');
  const target = {
    ...endpoint,
    alias: sshAlias,
    privateKey: await readFile(join(dataDir, 'ssh', 'keys', id), 'utf8'),
    hostKeys: new KnownHosts(join(dataDir, 'ssh', 'known_hosts')),
  };
  return new SshPool({ target: () => Promise.resolve(target) });
}

async function inPool(pool: SshPool, command: string): Promise<void> {
  const remote = await pool.exec('bench', command);
  remote.stdin.end();
  remote.stdout.resume();
  remote.stderr.resume();
  await remote.exit;
}
