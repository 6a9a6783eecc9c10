// A child that writes a million lines as fast as it can, and who follows them, beside the same child and a plain file.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DevyardClient } from '../../src/api/client/client.ts';
import { Yard } from '../../test/integration/daemon/yard.ts';
import { copied, type Flood, flood, lineBytes, lines, plainFlood, socketOf } from '../ingest/floods.mts';
import type { Result } from '../ingest/tally.mts';
import type { Bench, Figure } from '../lib/bench.mts';
import { peakRssBytes, resetPeakRss, usageOf } from '../lib/proc.mts';
import { Player } from '../lib/stage.mts';
import { median } from '../lib/statistics.mts';

const rounds = 5;
const patienceMs = 120_000;
/** By the number of those that read; where there are most, one more reads nothing. */
const audiences = [
  { what: 'nobody follows', kinds: [] },
  { what: '1 follower', kinds: ['sse'] },
  { what: '10 followers, 1 stalled', kinds: [...Array<string>(9).fill('sse'), 'webSocket', 'stalled'] },
] as const;

interface Seen {
  readonly child: Flood;
  /** From the first line written until the last one was at everybody who reads. */
  readonly throughMs: number;
  readonly rssMb: number;
  readonly results: readonly Result[];
}

export const bench: Bench = async ({ say }) => {
  await using yard = await Yard.open();
  const { pid } = await yard.start();
  const client = await yard.client();
  const { id } = await yard.create(client, 'flood');
  const { state } = await client.call('codeServers.start', { params: { id }, body: { wait: true } });
  if (state.status !== 'running') throw new Error(`the fake code-server is ${state.status}`);
  // Until the last words of the start are in its log.
  await sleep(1000);
  const world: World = { yard, client, id, pid, socket: await socketOf(state.run.pid) };
  const before = (await usageOf(pid)).rssBytes / 1e6;

  const seen = audiences.map((): Seen[] => []);
  const plain = { file: [] as Flood[], nowhere: [] as Flood[], reader: [] as number[], cat: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    // Nobody is always the first.
    const turns = audiences.map((_, index) => (index + round) % audiences.length);
    for (const turn of turns) {
      const { what, kinds } = audiences[turn] ?? audiences[0];
      const one = await flooded(world, `r${round}a${turn}`, kinds);
      seen[turn]?.push(one);
      const share = one.results.map((result) => `${Math.round((result.lines / lines) * 100)} %`).join(' ');
      say(
        `round ${round + 1} of ${rounds}, ${what}: child ${Math.round(one.child.ms)} ms, through ${Math.round(one.throughMs)} ms ${share}`,
      );
    }
    const file = join(yard.path, `plain${round}`);
    plain.file.push(await plainFlood(file, `p${round}`));
    plain.nowhere.push(await plainFlood('/dev/null', `p${round}`));
    using reader = new Player('ingest/rawReader.mts', file, `p${round}`, String(lines));
    plain.reader.push(await reader.next<number>());
    const began = performance.now();
    await copied(file);
    plain.cat.push(performance.now() - began);
    await rm(file);
  }
  return {
    figures: audiences.flatMap(({ what }, index) => figures(what, seen[index] ?? [], plain, before)),
    notes: [
      `${lines} lines of ${lineBytes} bytes; daemon ${before.toFixed(0)} MB before the first; ` +
        `\`cat\` of the plain file ${median(plain.cat).toFixed(0)} ms`,
    ],
  };
};

interface World {
  readonly yard: Yard;
  readonly client: DevyardClient;
  readonly id: string;
  readonly pid: number;
  /** Where the fake takes requests. */
  readonly socket: string;
}

async function flooded({ yard, client, id, pid, socket }: World, tag: string, kinds: readonly string[]): Promise<Seen> {
  const newest = await newestOf(client, id);
  using crowd = new DisposableStack();
  const players = kinds.map((kind) => {
    const args = [kind, yard.dataDir, id, String(newest), tag, String(lines)];
    return { kind, player: crowd.use(new Player('ingest/follower.mts', ...args)) };
  });
  for (const { player } of players) await player.next();
  await resetPeakRss(pid);
  const child = await flood(socket, tag);
  const inLog = until(client, id, newest + lines);
  const readers = players.filter(({ kind }) => kind !== 'stalled');
  const results = await Promise.all(readers.map(({ player }) => player.next<Result>()));
  const last = Math.max(await inLog, ...results.map(({ doneAt }) => doneAt));
  return {
    child,
    throughMs: last - child.beganAt,
    rssMb: (await peakRssBytes(pid)) / 1e6,
    results,
  };
}

/** Resolves when the log has that many entries. Rejects when it has more, or fewer for long. */
async function until(client: DevyardClient, id: string, wanted: number): Promise<number> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const newest = await newestOf(client, id);
    if (performance.now() > deadline) throw new Error(`the log has ${wanted - newest} lines too few`);
    if (newest > wanted) throw new Error(`the log has ${newest - wanted} lines too many`);
    if (newest === wanted) return performance.timeOrigin + performance.now();
    await sleep(20);
  }
}

async function newestOf(client: DevyardClient, id: string): Promise<number> {
  return (await client.call('codeServers.logs', { params: { id }, query: { lines: 1 } })).lastSeq;
}

function figures(
  what: string,
  seen: readonly Seen[],
  plain: {
    readonly file: readonly Flood[];
    readonly nowhere: readonly Flood[];
    readonly reader: readonly number[];
  },
  before: number,
): Figure[] {
  const speed = (ms: number): number => lines / ms;
  const results = seen.flatMap((each) => each.results);
  const ofChild = (part: (flood: Flood) => number): Pick<Figure, 'samples' | 'peer'> => ({
    samples: seen.map(({ child }) => part(child)),
    peer: { what: 'into a plain file', samples: plain.file.map(part) },
  });
  return [
    { what: `${what}: the child writes`, unit: 'ms', ...ofChild(({ ms }) => ms) },
    {
      what: `${what}: the child writes`,
      unit: 'ms',
      samples: seen.map(({ child }) => child.ms),
      peer: { what: 'to /dev/null', samples: plain.nowhere.map(({ ms }) => ms) },
    },
    {
      what: `${what}: of that, blocked`,
      unit: 'ms',
      ...ofChild(({ blockedMs }) => blockedMs),
      goal: { of: 'median', limit: 100 },
    },
    { what: `${what}: its longest write`, unit: 'ms', ...ofChild(({ longestMs }) => longestMs) },
    {
      what: `${what}: lines through in all`,
      unit: 'lines/ms',
      samples: seen.map(({ throughMs }) => speed(throughMs)),
      peer: { what: 'plain reader', samples: plain.reader.map(speed) },
    },
    {
      what: `${what}: the daemon's peak over before`,
      unit: 'MB',
      samples: seen.map(({ rssMb }) => rssMb - before),
      goal: { of: 'max', limit: 64 },
    },
    ...(results.length === 0
      ? []
      : [
          {
            what: `${what}: lines lost or doubled`,
            unit: 'lines',
            samples: results.map(({ wrong }) => wrong),
            goal: { of: 'max', limit: 0 },
          } as const,
          {
            what: `${what}: lines said to be dropped, each`,
            unit: '%',
            samples: results.map(({ dropped }) => (dropped / lines) * 100),
          },
        ]),
  ];
}
