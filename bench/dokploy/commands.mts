// Small commands in a workspace: over the daemon's one connection, with bare ssh2 on an open one, and with a cold ssh.
import { run } from '../../test/integration/daemon/dokployYard.ts';
import type { Measured } from '../lib/bench.mts';
import { coldSsh, openMachine, RawSsh } from './machine.mts';
import { timed, type World } from './world.mts';

const rounds = 60;

export async function measureCommands(world: World): Promise<Measured> {
  const { client, yard, say } = world;
  await using machine = await openMachine(world);
  const { id } = machine.workspace;
  using raw = await RawSsh.open(machine, yard.dataDir);
  const pooled: number[] = [];
  const bare: number[] = [];
  const cold: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    pooled.push(await timed(() => run(client, id, 'true')));
    bare.push(await timed(() => raw.exec('true')));
    if (round % 3 === 0) cold.push(await timed(() => coldSsh(machine, 'true')));
    if (round % 20 === 0) say(`${round} of ${rounds}`);
  }
  const pairs = pooled.map((ms, index) => ms / (bare[index] ?? Number.NaN));
  const shares = cold.map((ms, index) => (pooled[index * 3 + 2] ?? Number.NaN) / ms);
  return {
    figures: [
      {
        what: '`true` in a workspace, by the API',
        unit: 'ms',
        samples: pooled,
        peer: { what: 'ssh2 alone, on an open connection', samples: bare },
      },
      { what: 'the same: times as long as ssh2 alone', unit: '×', samples: pairs, goal: { of: 'median', limit: 1.15 } },
      {
        what: 'the same: share of a cold `ssh host true`',
        unit: '×',
        samples: shares,
        goal: { of: 'median', limit: 0.25 },
      },
    ],
  };
}
