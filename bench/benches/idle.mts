// What the daemon costs while fifty code-servers run and nothing happens, beside a Node that does nothing at all.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Yard } from '../../test/integration/daemon/yard.ts';
import type { Bench, Figure } from '../lib/bench.mts';
import { Feed } from '../lib/feed.mts';
import { type Usage, usageOf } from '../lib/proc.mts';
import { startMany } from '../lib/startMany.mts';

const count = 50;
const minuteMs = 60_000;
const stepMs = 5_000;
/** Nobody else's tests use these. */
const portRange = { start: 21_000, end: 21_199 };

export const bench: Bench = async ({ say }) => {
  await using yard = await Yard.open();
  await using peer = new EmptyNode();
  const { pid } = await yard.start();
  const client = await yard.client();
  await client.call('settings.patch', { body: { portRange } });
  say(`starting ${count} fake code-servers`);
  await startMany(yard, client, count);
  client.close();
  // Until the last start's own work and the sockets of its caller are gone.
  await sleep(15_000);

  say('a minute without any client');
  const alone = await watch(pid, peer.pid, yard.dataDir);
  say('a minute with one window that watches');
  let watched: Minute;
  {
    const window = await yard.client();
    using _feed = await Feed.open(window);
    await sleep(5000);
    watched = await watch(pid, peer.pid, yard.dataDir);
  }
  return {
    figures: [...figures('no client', alone, { cpu: 0.5, rss: 120 }), ...figures('one client', watched, { rss: 120 })],
    notes: [...notes('no client', alone), ...notes('one client', watched)],
  };
};

/** `node -e 'setInterval(() => {}, 1 << 30)'` */
class EmptyNode implements AsyncDisposable {
  readonly #child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1 << 30)'], {
    stdio: 'ignore',
  });

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill();
    await exit;
  }
}

interface Minute {
  /** Percent of one core, one number for each step. */
  readonly cpu: readonly number[];
  readonly peerCpu: readonly number[];
  readonly wholeCpu: number;
  readonly rss: readonly number[];
  readonly peerRss: readonly number[];
  /** Bytes the daemon caused to be sent to a disk, one number for each step. */
  readonly disk: readonly number[];
  /** Bytes it wrote to whatever in the whole minute: files, pipes, sockets. */
  readonly writtenBytes: number;
  readonly storeChanged: readonly string[];
  readonly filesChanged: readonly string[];
}

async function watch(pid: number, peerPid: number, dataDir: string): Promise<Minute> {
  const filesBefore = await filesOf(dataDir);
  const both = (): Promise<[Usage, Usage]> => Promise.all([usageOf(pid), usageOf(peerPid)]);
  const usages = [await both()];
  const times = [performance.now()];
  for (let passed = 0; passed < minuteMs; passed += stepMs) {
    await sleep(stepMs);
    usages.push(await both());
    times.push(performance.now());
  }
  const cpu = (of: 0 | 1): number[] =>
    usages.slice(1).map((now, index) => {
      const ms = (times[index + 1] ?? 0) - (times[index] ?? 0);
      return ((now[of].cpuSeconds - (usages[index]?.[of].cpuSeconds ?? 0)) / ms) * 100_000;
    });
  const rss = (of: 0 | 1): number[] => usages.map((now) => now[of].rssBytes / 1e6);
  const [first, last] = [usages[0]?.[0], usages.at(-1)?.[0]];
  if (first === undefined || last === undefined) throw new Error('nothing was measured');
  const filesAfter = await filesOf(dataDir);
  const names = new Set([...filesBefore.keys(), ...filesAfter.keys()]);
  const filesChanged = [...names].filter((name) => filesBefore.get(name) !== filesAfter.get(name));
  return {
    cpu: cpu(0),
    peerCpu: cpu(1),
    wholeCpu: ((last.cpuSeconds - first.cpuSeconds) / ((times.at(-1) ?? 0) - (times[0] ?? 0))) * 100_000,
    rss: rss(0),
    peerRss: rss(1),
    disk: usages.slice(1).map((now, index) => now[0].diskBytes - (usages[index]?.[0].diskBytes ?? 0)),
    writtenBytes: last.writtenBytes - first.writtenBytes,
    storeChanged: filesChanged.filter((name) => name.startsWith('devyard.db')),
    filesChanged,
  };
}

/** Size and time of change of every file below the data directory. */
async function filesOf(dataDir: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(dataDir, { withFileTypes: true, recursive: true });
  const rows = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const { size, mtimeMs } = await stat(path);
        return [path.slice(dataDir.length + 1), `${size} ${mtimeMs}`] as const;
      }),
  );
  return new Map(rows);
}

function figures(when: string, minute: Minute, goals: { readonly cpu?: number; readonly rss: number }): Figure[] {
  const node = 'empty node';
  return [
    {
      what: `${when}: CPU over the minute`,
      unit: '%',
      samples: [minute.wholeCpu],
      peer: { what: node, samples: [minute.peerCpu.reduce((sum, each) => sum + each, 0) / minute.peerCpu.length] },
      ...(goals.cpu === undefined ? {} : { goal: { of: 'median', limit: goals.cpu } }),
    },
    { what: `${when}: CPU, each 5 s`, unit: '%', samples: minute.cpu, peer: { what: node, samples: minute.peerCpu } },
    {
      what: `${when}: resident memory`,
      unit: 'MB',
      samples: minute.rss,
      peer: { what: node, samples: minute.peerRss },
      goal: { of: 'max', limit: goals.rss },
    },
    {
      what: `${when}: store files written`,
      unit: 'files',
      samples: [minute.storeChanged.length],
      goal: { of: 'max', limit: 0 },
    },
    { what: `${when}: sent to a disk, each 5 s`, unit: 'bytes', samples: minute.disk },
  ];
}

function notes(when: string, minute: Minute): string[] {
  const { writtenBytes, filesChanged } = minute;
  const names = filesChanged.length === 0 ? 'no file changed' : `changed: ${filesChanged.slice(0, 8).join(', ')}`;
  return [
    `${when}, ${count} code-servers: ${writtenBytes} bytes written in a minute, to files, pipes and sockets together; ${names}`,
  ];
}
