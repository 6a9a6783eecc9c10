// A restart through the API until it runs again, beside a spawn, its first 200, a TERM and the exit done directly.
import { resolve } from 'node:path';
import { Yard } from '../../test/integration/daemon/yard.ts';
import type { Bench } from '../lib/bench.mts';
import { RawServer } from '../lib/raw.mts';
import { median } from '../lib/statistics.mts';

const rounds = 100;

export const bench: Bench = async ({ say }) => {
  await using yard = await Yard.open();
  await yard.start();
  const client = await yard.client();
  const server = await yard.create(client, 'bench');
  const raw = await RawServer.create(resolve('test/support/bin/code-server'), server, yard.path);
  const restart = (): Promise<unknown> =>
    client.call('codeServers.restart', { params: { id: server.id }, body: { wait: true } });
  const cycle = async (): Promise<void> => raw.stop(await raw.start());
  await client.call('codeServers.start', { params: { id: server.id }, body: { wait: true } });
  await timed(restart);
  await timed(cycle);
  const samples: number[] = [];
  const peer: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    samples.push(await timed(restart));
    peer.push(await timed(cycle));
    if (round % 25 === 0) say(`${round} of ${rounds} restarts`);
  }
  const alive = (await yard.processes()).length;
  return {
    figures: [
      {
        what: 'restart → running',
        unit: 'ms',
        samples,
        peer: { what: 'raw spawn → 200 → TERM → exit', samples: peer },
      },
    ],
    notes: [
      `${(1000 / median(samples)).toFixed(1)} restarts a second; ${alive} server process left alive after ${rounds + 1} restarts`,
    ],
  };
};

async function timed(task: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}
