// Twenty dev servers started at once until all are ready, and stopped, beside a plain script that does the same.
import { join } from 'node:path';
import { startProject } from '../../test/integration/daemon/devYard.ts';
import type { Measured } from '../lib/bench.mts';
import { Player } from '../lib/stage.mts';
import { median } from '../lib/statistics.mts';
import { added, manifest } from './projects.mts';
import type { World } from './world.mts';

const count = 20;
const rounds = 10;

const server = `import { createServer } from 'node:http';
createServer((_, answer) => answer.end('ready')).listen(Number(process.argv[2]), '127.0.0.1');
`;

export async function measureTogether({ yard, client, say }: World): Promise<Measured> {
  const projects: { readonly id: string; readonly folder: string }[] = [];
  for (let index = 0; index < count; index++) {
    const folder = join(yard.path, `together${index}`);
    const parts = `    processes:
      server:
        command: [node, server.mjs, "\${port}"]
        port: { range: [45000, 45999] }
        ready: [{ http: / }]
`;
    projects.push({
      folder,
      ...(await added(client, folder, { ...manifest(`server${index}`, parts), 'server.mjs': server })),
    });
  }
  using script = new Player('devServers/startAll.mts', ...projects.map(({ folder }) => folder));
  await script.next();
  const starts: number[] = [];
  const stops: number[] = [];
  const byHand = { starts: [] as number[], stops: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    starts.push(
      await timed(async () => {
        const started = await Promise.all(projects.map(({ id }) => startProject(client, id)));
        const failed = started.find(({ status }) => status !== 'ready');
        if (failed !== undefined)
          throw new Error(`${failed.pluginID} is ${failed.status}: ${String(failed.lastError)}`);
      }),
    );
    stops.push(
      await timed(() => Promise.all(projects.map(({ id }) => client.call('devServers.stop', { params: { id } })))),
    );
    script.tell({});
    const said = await script.next<{ readonly startMs: number; readonly stopMs: number }>();
    byHand.starts.push(said.startMs);
    byHand.stops.push(said.stopMs);
    say(`round ${round} of ${rounds}: ${median(starts).toFixed(0)} ms, by hand ${median(byHand.starts).toFixed(0)} ms`);
  }
  const peer = 'a script that spawns and asks';
  return {
    figures: [
      {
        what: `${count} dev servers started together → all ready`,
        unit: 'ms',
        samples: starts,
        peer: { what: peer, samples: byHand.starts },
      },
      {
        what: 'the same: times as long as by hand',
        unit: '×',
        // Round by round: both had the same machine then.
        samples: starts.map((ms, index) => ms / (byHand.starts[index] ?? Number.NaN)),
        goal: { of: 'median', limit: 1.3 },
      },
      {
        what: `${count} dev servers stopped together → nothing left`,
        unit: 'ms',
        samples: stops,
        peer: { what: 'TERM and their exits', samples: byHand.stops },
      },
    ],
  };
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}
