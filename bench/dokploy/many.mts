// 200 workspaces on five servers, looked at by one window: what a reading of all costs, and what is asked when nobody looks.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type DokployDouble, startDokploy } from '../../test/support/dokploy/double.ts';
import { addServer } from '../../test/integration/daemon/dokployYard.ts';
import type { Measured } from '../lib/bench.mts';
import { usageOf } from '../lib/proc.mts';
import type { World } from './world.mts';

const servers = 5;
const workspacesEach = 40;
const rowsOnScreen = 25;
/** As the daemon polls. */
const cycleMs = 10_000;
const cycles = 6;

export async function measureMany({ client, pid, say }: World): Promise<Measured> {
  const doubles: DokployDouble[] = [];
  try {
    const ids: string[] = [];
    for (let index = 0; index < servers; index += 1) {
      const dokploy = await startDokploy({ machines: 'none' });
      doubles.push(dokploy);
      dokploy.bulk({ projects: 2, environments: 2, applications: workspacesEach / 4 });
      ids.push((await addServer(client, dokploy)).id);
    }
    const found = await client.call('dokploy.list', { query: { refresh: 'true' } });
    say(`${found.length} services; taking care of all of them`);
    for (const { id } of found) await client.call('dokploy.adopt', { params: { id }, body: { user: 'dev' } });
    const workspaces = found.slice(0, rowsOnScreen).map(({ id }) => id);
    const viewer = randomUUID();
    const look = (): Promise<unknown> => client.call('dokploy.look', { body: { viewer, servers: ids, workspaces } });
    await look();
    await delay(2000);
    const cpuMs: number[] = [];
    const listings: number[] = [];
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      for (const dokploy of doubles) dokploy.resetCounts();
      const before = (await usageOf(pid)).cpuSeconds;
      await look();
      await delay(cycleMs);
      cpuMs.push(((await usageOf(pid)).cpuSeconds - before) * 1000);
      listings.push(...doubles.map((dokploy) => dokploy.count('project.all')));
      say(`cycle ${cycle + 1} of ${cycles}: ${cpuMs.at(-1)?.toFixed(0)} ms of CPU`);
    }
    await client.call('dokploy.look', { body: { viewer, servers: [], workspaces: [] } });
    await delay(cycleMs);
    for (const dokploy of doubles) dokploy.resetCounts();
    await delay(2 * cycleMs);
    const unseen = doubles.reduce((sum, dokploy) => sum + dokploy.count(/./), 0);
    return {
      figures: [
        {
          what: `${found.length} workspaces on ${servers} servers, ${rowsOnScreen} rows on screen: CPU a cycle`,
          unit: 'ms',
          samples: cpuMs,
          goal: { of: 'median', limit: 50 },
        },
        { what: 'listings of a server in a cycle', unit: '', samples: listings, goal: { of: 'median', limit: 1 } },
        { what: 'requests in 20 s that nobody looks', unit: '', samples: [unseen], goal: { of: 'max', limit: 0 } },
      ],
    };
  } finally {
    await Promise.all(doubles.map((dokploy) => dokploy.stop()));
  }
}
