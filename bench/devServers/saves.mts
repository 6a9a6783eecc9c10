// How soon a build begins after a save, and how many begin after many saves.
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure, Measured } from '../lib/bench.mts';
import { median } from '../lib/statistics.mts';
import type { World } from './world.mts';
import { sourceText, wallNow } from './projects.mts';
import { devyardWatcher, rawStamp, tools, toolWatcher, type Watcher } from './watchers.mts';

const watched = 5000;
const saves = 60;
const bursts = 15;
const burstFiles = 500;
/** Devyard's default: when saving itself pauses for longer, because the machine is busy, it is two bursts. */
const debounceMs = 50;
/** Longer than the slowest of them waits after a save (400 ms), so that none is still busy with the last one. */
const quietMs = 700;
const patienceMs = 10_000;

export async function measureSaves({ yard, client, say }: World): Promise<Measured> {
  await using watchers = new AsyncDisposableStack();
  const all: Watcher[] = [];
  const skipped: string[] = [];
  say(`watching ${watched} files, ${tools.length + 1} times`);
  all.push(watchers.use(await devyardWatcher(client, { folder: join(yard.path, 'saves'), count: watched })));
  for (const [index, tool] of tools.entries()) {
    const watcher = await toolWatcher(tool, { folder: join(yard.path, `tool${index}`), count: watched });
    if (watcher === undefined) skipped.push(`${tool.name}: it is not installed`);
    else all.push(watchers.use(watcher));
  }
  for (const watcher of all) await untilItWatches(watcher);

  const latencies = new Map(all.map(({ name }) => [name, [] as number[]]));
  const raw: number[] = [];
  for (let round = 1; round <= saves; round++) {
    for (const watcher of all) latencies.get(watcher.name)?.push(await buildAfterSave(watcher, round));
    raw.push(await rawStamp(wallNow));
    if (round % 20 === 0) say(`${round} of ${saves} saves; ${shown(latencies)}; raw ${median(raw).toFixed(1)}`);
  }
  const builds = new Map(all.map(({ name }) => [name, [] as number[]]));
  let interrupted = 0;
  for (let round = 1; round <= bursts; round++) {
    for (const watcher of all) {
      const { count, pauseMs } = await buildsAfterBurst(watcher, round);
      if (pauseMs < debounceMs) builds.get(watcher.name)?.push(count);
      else interrupted++;
    }
  }
  say(`builds after ${burstFiles} saves: ${shown(builds)}`);
  return {
    figures: [...latencyFigures(latencies, raw), ...burstFigures(builds)],
    notes: [
      `${interrupted} of ${bursts * all.length} bursts are left out: saving paused for ${debounceMs} ms or more in them`,
    ],
    skipped,
  };
}

/** A tool says nothing of when it watches: it does when it has built after two saves. */
async function untilItWatches(watcher: Watcher): Promise<void> {
  for (let seen = 0, tried = 0; seen < 2; tried++) {
    if (tried === 60) throw new Error(`${watcher.name} builds nothing`);
    const before = watcher.stamps.length;
    writeFileSync(watcher.files[tried] ?? '', sourceText(-1 - tried));
    await sleep(1000);
    seen = watcher.stamps.length > before ? seen + 1 : 0;
  }
}

async function buildAfterSave({ name, files, stamps }: Watcher, round: number): Promise<number> {
  const before = stamps.length;
  const path = files[Math.floor(Math.random() * files.length)] ?? '';
  const began = wallNow();
  writeFileSync(path, sourceText(round));
  for (let waited = 0; stamps.length === before; waited += 50) {
    if (waited > patienceMs) throw new Error(`${name} built nothing after a save of ${path}`);
    await sleep(50);
  }
  const ms = (stamps[before] ?? Number.NaN) - began;
  await sleep(quietMs);
  return ms;
}

interface Burst {
  readonly count: number;
  /** The longest time without a save in it. */
  readonly pauseMs: number;
}

async function buildsAfterBurst({ name, files, stamps, begun }: Watcher, round: number): Promise<Burst> {
  const before = begun();
  const stamped = stamps.length;
  const first = Math.floor(Math.random() * (files.length - burstFiles));
  const text = sourceText(1000 + round);
  let last: number | undefined;
  let pauseMs = 0;
  const save = async (path: string): Promise<void> => {
    await writeFile(path, text);
    const now = performance.now();
    pauseMs = Math.max(pauseMs, now - (last ?? now));
    last = now;
  };
  await Promise.all(files.slice(first, first + burstFiles).map(save));
  await sleep(3 * quietMs);
  const count = begun() - before;
  if (count < stamps.length - stamped) throw new Error(`${name} has begun builds that were not counted`);
  return { count, pauseMs };
}

const shown = (samples: ReadonlyMap<string, readonly number[]>): string =>
  [...samples].map(([name, values]) => `${name} ${median(values).toFixed(1)}`).join(', ');

function latencyFigures(latencies: ReadonlyMap<string, readonly number[]>, raw: readonly number[]): Figure[] {
  const { own, peers } = split(latencies);
  const what = `save of one of ${watched} files → first line of the build`;
  const spawned = { what: 'spawn → first line, of the same program', samples: raw };
  return [
    { what, unit: 'ms', samples: own, peer: spawned, goal: { of: 'median', limit: 10 } },
    ...peers.map(([name, samples], index): Figure => {
      const figure = { what, unit: 'ms', samples: own, peer: { what: name, samples } };
      return index === 0 ? { ...figure, goal: { of: 'p95', limit: 30 } } : figure;
    }),
  ];
}

function burstFigures(builds: ReadonlyMap<string, readonly number[]>): Figure[] {
  const { own, peers } = split(builds);
  return peers.map(([name, samples]) => ({
    what: `${burstFiles} files saved at once: builds`,
    unit: 'builds',
    samples: own,
    peer: { what: name, samples },
    goal: { of: 'max', limit: 2 },
  }));
}

type Named = readonly [name: string, samples: readonly number[]];

function split(samples: ReadonlyMap<string, readonly number[]>): { own: readonly number[]; peers: readonly Named[] } {
  const [first, ...peers] = [...samples];
  return { own: first?.[1] ?? [], peers };
}
