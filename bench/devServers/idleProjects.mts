// What each project that runs and does nothing adds to the daemon's memory, beside a nodemon for each.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Measured } from '../lib/bench.mts';
import { usageOf } from '../lib/proc.mts';
import { median } from '../lib/statistics.mts';
import { manifest, running, sources } from './projects.mts';
import type { World } from './world.mts';

const projects = 50;
const step = 5;
const files = 100;
/** Until what a start leaves behind has been collected. */
const settleMs = 4000;
const looks = 5;

export async function measureIdleProjects({ yard, client, pid, say }: World): Promise<Measured> {
  const points: Point[] = [];
  // The first ones also pay for what all use: code that was never run before.
  for (let count = 1; count <= projects; count++) {
    const folder = join(yard.path, `idle${count}`);
    await sources(folder, files);
    const parts = `    processes:
      server: { command: [sleep, "1000000"] }
    builds:
      bundle: { command: ["true"], watch: { include: ["src/**"] } }
`;
    await running(client, folder, manifest(`idle${count}`, parts));
    if (count % step !== 0) continue;
    await sleep(settleMs);
    points.push({ count, mb: await settledMb(pid) });
    if (count % (2 * step) === 0) say(`${count} of ${projects} projects: ${points.at(-1)?.mb.toFixed(1) ?? ''} MB`);
  }
  const nodemons = await Promise.all([1, 2, 3].map((count) => nodemonMb(join(yard.path, `idle${count}`))));
  return {
    figures: [
      {
        what: `daemon memory for each idle project, slope over ${projects}`,
        unit: 'MB',
        samples: [slope(points)],
        peer: { what: 'a nodemon', samples: nodemons },
        goal: { of: 'max', limit: 1 },
      },
    ],
    notes: [
      `each project: a process that sleeps, and a build that watches ${files} files; ` +
        points.map(({ count, mb }) => `${count}: ${mb.toFixed(0)} MB`).join(', '),
    ],
  };
}

interface Point {
  readonly count: number;
  readonly mb: number;
}

async function settledMb(pid: number): Promise<number> {
  const seen: number[] = [];
  for (let look = 0; look < looks; look++) {
    seen.push((await usageOf(pid)).rssBytes / 1e6);
    await sleep(200);
  }
  return median(seen);
}

/** Least squares. */
function slope(points: readonly Point[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ count }) => count)), mean(points.map(({ mb }) => mb))];
  const above = points.reduce((sum, { count, mb }) => sum + (count - x) * (mb - y), 0);
  return above / points.reduce((sum, { count }) => sum + (count - x) ** 2, 0);
}

async function nodemonMb(folder: string): Promise<number> {
  const args = [
    fileURLToPath(import.meta.resolve('nodemon/bin/nodemon.js')),
    '-q',
    '-w',
    'src',
    '-e',
    'ts',
    '-x',
    'true',
  ];
  const child: ChildProcess = spawn(process.execPath, args, { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  await sleep(settleMs);
  const mb = await settledMb(child.pid ?? Number.NaN);
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
  return mb;
}
