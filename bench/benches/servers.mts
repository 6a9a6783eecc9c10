// The list of a hundred code-servers while all are well and while two hang, beside an answer from memory.
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { DevyardClient } from '../../src/api/client/client.ts';
import { type DaemonFile, parseDaemonFile } from '../../src/api/contract/discovery.ts';
import { Yard } from '../../test/integration/daemon/yard.ts';
import type { Bench, Figure } from '../lib/bench.mts';
import { Feed } from '../lib/feed.mts';
import { Player } from '../lib/stage.mts';
import { startMany } from '../lib/startMany.mts';
import { summaryOf } from '../lib/statistics.mts';

const count = 100;
const rounds = 4;
/** In each round and of each kind: 10,000 in all. */
const requests = 2500;
/** Nobody else's tests use these. */
const portRange = { start: 21_200, end: 21_399 };

export const bench: Bench = async ({ say }) => {
  await using yard = await Yard.open();
  await yard.start();
  const client = await yard.client();
  await client.call('settings.patch', { body: { portRange } });
  say(`starting ${count} fake code-servers`);
  await startMany(yard, client, count);
  const daemon = await daemonOf(yard);
  // A window that watches: health is asked and processes are measured more often than without one.
  using feed = await Feed.open(client);

  const bareSocket = join(yard.path, 'bare.s');
  using bare = new Player('servers/bare.mts', bareSocket);
  bare.tell({ body: await bodyOf(daemon) });
  await bare.next();
  using asker = new Player('servers/asker.mts', daemon.socket, '/servers', String(count));
  using peer = new Player('servers/asker.mts', bareSocket, '/servers', String(count));
  await Promise.all([asker.next(), peer.next()]);
  const ask = async (player: Player, times = requests): Promise<number[]> => {
    player.tell({ token: daemon.token, count: times });
    return await player.next<number[]>();
  };
  // Both sides are compiled.
  await ask(asker, 500);
  await ask(peer, 500);

  const samples = { well: [] as number[], hung: [] as number[], peer: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    samples.peer.push(...(await ask(peer)));
    const well = await ask(asker);
    const { unhealthy, release } = await hangTwo(yard, client, feed);
    // While Devyard does not know it yet, and when it does.
    const hung = await ask(asker, requests / 2);
    await unhealthy;
    hung.push(...(await ask(asker, requests / 2)));
    await release();
    samples.well.push(...well);
    samples.hung.push(...hung);
    const [a, b] = [summaryOf(well), summaryOf(hung)];
    say(
      `round ${round + 1} of ${rounds}: well p50 ${a.median.toFixed(2)} p99 ${a.p99.toFixed(2)} ms, hung p50 ${b.median.toFixed(2)} p99 ${b.p99.toFixed(2)} ms`,
    );
  }
  const wellP99 = summaryOf(samples.well).p99;
  const figure = (what: string, of: readonly number[]): Figure => ({
    what: `GET /servers, ${count} code-servers, ${what}`,
    unit: 'ms',
    samples: of,
    peer: { what: 'the same from memory', samples: samples.peer },
  });
  const limit = Math.round(Math.max(5, 3 * wellP99) * 100) / 100;
  return {
    figures: [figure('all well', samples.well), { ...figure('two hung', samples.hung), goal: { of: 'p99', limit } }],
    notes: [
      `${(await bodyOf(daemon)).length} bytes an answer; p99 of the peer ${summaryOf(samples.peer).p99.toFixed(2)} ms, ` +
        `hung against well ×${(summaryOf(samples.hung).p99 / wellP99).toFixed(2)}; goal: 3 times all well, at least 5 ms.`,
    ],
  };
};

interface Hanging {
  /** Resolves when Devyard calls both unhealthy. */
  readonly unhealthy: Promise<unknown>;
  /** Ends it; resolves when Devyard has seen that. */
  readonly release: () => Promise<void>;
}

/** Freezes one code-server and makes another accept but never answer. */
async function hangTwo(yard: Yard, client: DevyardClient, feed: Feed): Promise<Hanging> {
  const [frozen, silent] = await client.call('codeServers.list', {});
  if (frozen?.state.status !== 'running' || silent?.state.status !== 'running') throw new Error('not all are running');
  const { pid } = frozen.state.run;
  const both = [frozen, silent];
  const unhealthy = Promise.all(both.map(({ id }) => feed.change(id, ({ state }) => state.status === 'unhealthy')));
  process.kill(pid, 'SIGSTOP');
  await yard.script(silent.folder, { unhealthy: { mode: 'hang' } });
  const release = async (): Promise<void> => {
    const running = both.map(({ id }) => feed.running(id));
    process.kill(pid, 'SIGCONT');
    await yard.script(silent.folder, {});
    await Promise.all(running);
  };
  return { unhealthy, release };
}

async function daemonOf(yard: Yard): Promise<DaemonFile> {
  const file = parseDaemonFile(await readFile(join(yard.dataDir, 'daemon.json'), 'utf8'));
  if (file === undefined) throw new Error('there is no discovery file');
  return file;
}

function bodyOf({ socket, token }: DaemonFile): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` };
    const outgoing = request({ socketPath: socket, path: '/servers', agent: false, headers }, (answer) => {
      void text(answer).then(resolve, reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
