// A zip of 20,000 small files: how long the daemon needs to unpack it, and how long it cannot answer anybody meanwhile.
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { extractArchive } from '../../src/managers/shared/archives/extract.ts';
import { rawTarGz, rawZip } from '../../test/support/rawArchives.ts';
import type { Bench } from '../lib/bench.mts';

const run = promisify(execFile);
const rounds = 7;
const entries = Array.from({ length: 20_000 }, (_, i) => ({
  name: `package${Math.floor(i / 100)}/lib/file${i}.js`,
  content: `export const value${i} = ${i};\n`.repeat(30),
}));

export const bench: Bench = async ({ say }) => {
  if (!hasUnzip()) return { figures: [], skipped: ['there is no `unzip` to compare with'] };
  const folder = await mkdtemp(join(tmpdir(), 'unpack-'));
  const zip = join(folder, 'a.zip');
  const tarGz = join(folder, 'a.tar.gz');
  await Promise.all([writeFile(zip, rawZip(entries)), writeFile(tarGz, rawTarGz(entries))]);
  const samples = { zip: [] as number[], unzip: [] as number[], tarGz: [] as number[], tar: [] as number[] };
  const delays: number[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    // Each into a folder of its own, and erased at the end: just erased inodes make ext4 slow to create new ones.
    const into = async (name: string): Promise<string> => {
      const path = join(folder, `${name}${round}`);
      await mkdir(path);
      return path;
    };
    const ours = async (archive: string, name: string): Promise<number> => {
      const path = await into(name);
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const ms = await timed(() => extractArchive(archive, path));
      delay.disable();
      delays.push(delay.max / 1e6);
      return ms;
    };
    const theirs = async (name: string, args: (path: string) => string[]): Promise<number> => {
      const path = await into(name);
      return await timed(() => run(name, args(path)));
    };
    const pairs = [
      async () => samples.zip.push(await ours(zip, 'zip')),
      async () => samples.unzip.push(await theirs('unzip', (path) => ['-q', zip, '-d', path])),
      async () => samples.tarGz.push(await ours(tarGz, 'tarGz')),
      async () => samples.tar.push(await theirs('tar', (path) => ['-xzf', tarGz, '-C', path])),
    ];
    // Nobody is always the first.
    for (const each of round % 2 === 0 ? pairs : pairs.toReversed()) await each();
  }
  await rm(folder, { recursive: true });
  const ratio = samples.zip.map((ms, i) => ms / (samples.unzip[i] ?? Number.NaN));
  return {
    figures: [
      { what: '20,000 files, zip', unit: 'ms', samples: samples.zip, peer: { what: 'unzip', samples: samples.unzip } },
      {
        what: '20,000 files, zip, as a multiple of unzip',
        unit: '×',
        samples: ratio,
        goal: { of: 'median', limit: 2 },
      },
      { what: '20,000 files, tar.gz', unit: 'ms', samples: samples.tarGz, peer: { what: 'tar', samples: samples.tar } },
      {
        what: 'longest delay of the event loop',
        unit: 'ms',
        samples: delays,
        goal: { of: 'max', limit: 50 },
      },
    ],
  };
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function hasUnzip(): boolean {
  try {
    execFileSync('unzip', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
