// What the way through Devyard costs a code-server, beside two proxies that are made to be fast, and nothing at all.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Figure } from '../lib/bench.mts';
import { median } from '../lib/statistics.mts';

const rounds = 5;
const connections = 64;
const seconds = 0.8;
const peers = ['@fastify/http-proxy', 'http-proxy-3'] as const;
const ways = ['/vscode route', 'own port', ...peers] as const;
type Way = (typeof ways)[number];

/** Of each load: what is asked for, and how many times slower than asking directly it may be. */
const loads = [
  { what: 'small answers', kind: 'answers', path: '/small', connections, limit: 2.78 },
  { what: '64 MB answers', kind: 'bytes', path: '/large', connections, limit: 5 },
  { what: 'upgraded sockets', kind: 'stream', path: '/stream', connections: 8, limit: 1.67 },
] as const;

export const bench: Bench = async ({ say }) => {
  await using stage = new Stage();
  const direct = `http://127.0.0.1:${String(await stage.start('backend.mts', stage.socket))}`;
  const place = async (which: string): Promise<string[]> =>
    (await stage.start('proxy.mts', which, stage.socket, String(await freePort()))) as string[];
  const [route = '', port = ''] = await place('devyard');
  const [[fastify = ''], [plain = '']] = [await place(peers[0]), await place(peers[1])];
  const urls: Record<Way, string> = {
    '/vscode route': route,
    'own port': port,
    [peers[0]]: fastify,
    [peers[1]]: plain,
  };
  const measure = (kind: string, url: string, count: number): Promise<unknown> =>
    stage.start('load.mts', kind, url, String(count), String(seconds));

  const figures: Figure[] = [];
  for (const { what, kind, path, connections: count, limit } of loads) {
    const slower: Record<Way, number[]> = { '/vscode route': [], 'own port': [], [peers[0]]: [], [peers[1]]: [] };
    for (let round = 0; round < rounds; round++) {
      // Before and after the proxies is none: the machine's mood is in both. Who comes first changes with the round.
      const before = Number(await measure(kind, direct + path, count));
      const through = new Map<Way, number>();
      for (const [index] of ways.entries()) {
        const way = ways[(index + round) % ways.length] ?? '/vscode route';
        // It answers upgrades, but only WebSockets that it reads and writes anew: no stream of bytes.
        if (kind === 'stream' && way === peers[0]) continue;
        through.set(way, Number(await measure(kind, urls[way] + path, count)));
      }
      const bare = (before + Number(await measure(kind, direct + path, count))) / 2;
      for (const [way, speed] of through) slower[way].push(bare / speed);
      say(
        `${what}, round ${round + 1}: ${ways.map((way) => `${way} ×${slower[way].at(-1)?.toFixed(2) ?? '–'}`).join(', ')}`,
      );
    }
    for (const way of ways.slice(0, 2)) {
      for (const peer of kind === 'stream' ? peers.slice(1) : peers) {
        figures.push({
          what: `${what}, ${way}: times slower than direct`,
          unit: '×',
          samples: slower[way],
          peer: { what: peer, samples: slower[peer] },
          goal: { of: 'median', limit },
        });
      }
    }
  }
  for (const way of ways.slice(0, 2)) {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const [through, bare] = (await measure('roundTrips', `${urls[way]}/echo ${direct}/echo`, 1200)) as [
        number[],
        number[],
      ];
      samples.push(median(through) - median(bare));
    }
    figures.push({
      what: `WebSocket round trip, ${way}: added`,
      unit: 'ms',
      samples,
      goal: { of: 'median', limit: 0.5 },
    });
  }
  return {
    figures,
    notes: [
      `${connections} connections (${loads[2].connections} for upgraded sockets); backend, proxy and load each in a process of its own.`,
      'Limits are 1/0.36, 1/0.20 and 1/0.6: the share of the direct speed that must be left.',
    ],
  };
};

/** The processes of the benchmark, gone with it. */
class Stage implements AsyncDisposable {
  readonly #children: ChildProcess[] = [];
  /** Short enough for a socket's path, and below the run's own folder. */
  readonly socket = join(tmpdir(), `proxy-${process.pid}.sock`);

  /** Starts a program and resolves the first thing it says. */
  async start(file: string, ...args: string[]): Promise<unknown> {
    const child = fork(new URL(`../proxy/${file}`, import.meta.url), args, {
      // The product's sources are read as they are.
      execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
    });
    this.#children.push(child);
    const exit = once(child, 'exit').then(() => Promise.reject(new Error(`${file} ${args.join(' ')} ended`)));
    const [said] = (await Promise.race([once(child, 'message'), exit])) as [unknown];
    exit.catch(() => undefined);
    return said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await rm(this.socket, { force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
