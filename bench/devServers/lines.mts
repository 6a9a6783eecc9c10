// A dev server that writes a million lines as fast as it can, and one who follows them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../esbuild.mjs';
import type { Result } from '../ingest/tally.mts';
import type { Measured } from '../lib/bench.mts';
import { Player } from '../lib/stage.mts';
import { added, manifest, wallNow } from './projects.mts';
import type { World } from './world.mts';

const rounds = 5;
const lines = 1_000_000;
/** All of it is less than the 50 MB that are kept of a run: nothing may be dropped. */
const lineBytes = 40;
const tag = 'flood';
const flood = [join(root, 'test/support/flood.mjs'), tag, String(lines), String(lineBytes)];

interface Seen extends Result {
  /** Sequence numbers that did not follow one another. */
  readonly jumps: number;
}

export async function measureLines({ yard, client, say }: World): Promise<Measured> {
  const parts = `    processes:
      flood:
        command: [node, ${flood.map((word) => JSON.stringify(word)).join(', ')}]
        restart: { policy: never }
`;
  const { id } = await added(client, join(yard.path, 'flood'), manifest('flood', parts));
  const through: number[] = [];
  const plain: number[] = [];
  const seen: Seen[] = [];
  for (let round = 1; round <= rounds; round++) {
    using follower = new Player('devServers/follower.mts', yard.dataDir, id, tag, String(lines));
    await follower.next();
    const began = wallNow();
    await client.call('devServers.start', { params: { id }, body: {} });
    const result = await follower.next<Seen>();
    seen.push(result);
    through.push(result.doneAt - began);
    await client.call('devServers.stop', { params: { id } });

    plain.push(await throughPlainFile(join(yard.path, `plain${round}`)));
    say(`round ${round} of ${rounds}: ${shown(through)} ms, a plain file ${shown(plain)} ms`);
  }
  return {
    figures: [
      {
        what: `${lines} lines through one project: its start → the last line at a follower`,
        unit: 'ms',
        samples: through,
        peer: { what: 'into a plain file, then read', samples: plain },
      },
      {
        what: 'the same: lines lost, dropped, doubled or out of order, and sequence numbers left out',
        unit: 'lines',
        samples: seen.map(({ dropped, wrong, jumps }) => dropped + wrong + jumps),
        goal: { of: 'max', limit: 0 },
      },
    ],
    notes: [`lines of ${lineBytes} bytes`],
  };
}

/** The same child, then the same check of its numbers. Milliseconds from its spawn. */
async function throughPlainFile(path: string): Promise<number> {
  const file = await open(path, 'a');
  const began = performance.now();
  await once(spawn(process.execPath, flood, { stdio: ['ignore', file.fd, 'ignore'] }), 'exit');
  await file.close();
  const wroteMs = performance.now() - began;
  using reader = new Player('ingest/rawReader.mts', path, tag, String(lines));
  const readMs = await reader.next<number>();
  await rm(path);
  return wroteMs + readMs;
}

const shown = (samples: readonly number[]): string => String(Math.round(samples.at(-1) ?? Number.NaN));
