// From the command to the *running* event, beside the same program spawned and asked directly; and how long after a
// prober's own first 200 the event arrives.
import { dirname, join, resolve } from 'node:path';
import type { RequestOptions } from 'node:http';
import { ensureCodeServer } from '../../scripts/lib/codeServer.mjs';
import type { DevyardClient } from '../../src/api/client/client.ts';
import type { CodeServer } from '../../src/api/contract/codeServers.ts';
import { pathsOf } from '../../src/managers/codeServers/launchPlan.ts';
import { locationsOf, socketFolder } from '../../src/managers/shared/locations.ts';
import { parseDaemonFile } from '../../src/api/contract/discovery.ts';
import { readFile } from 'node:fs/promises';
import { Yard } from '../../test/integration/daemon/yard.ts';
import type { Bench, Context, Figure, Measured } from '../lib/bench.mts';
import { Feed } from '../lib/feed.mts';
import { firstAnswer } from '../lib/prober.mts';
import { RawServer } from '../lib/raw.mts';

const bootDelayMs = 300;
const delayGoal = { of: 'p95', limit: 50 } as const;

interface Started {
  /** From the command to the event. */
  readonly ms: number;
  /** From the prober's first 200 to the event; below 0 when the daemon saw it first. */
  readonly delayMs: number;
}

/** A daemon with one stopped code-server, and everything to start it with and to watch it from outside. */
class Scene implements AsyncDisposable {
  readonly yard: Yard;
  readonly #client: DevyardClient;
  readonly #server: CodeServer;
  readonly #feed: Feed;
  readonly child: RequestOptions;
  readonly gate: RequestOptions;
  readonly raw: RawServer;

  private constructor(parts: Pick<Scene, 'yard' | 'child' | 'gate' | 'raw'>, rest: [DevyardClient, CodeServer, Feed]) {
    this.yard = parts.yard;
    this.child = parts.child;
    this.gate = parts.gate;
    this.raw = parts.raw;
    [this.#client, this.#server, this.#feed] = rest;
  }

  static async open(command: string, script: Record<string, unknown>): Promise<Scene> {
    const yard = await Yard.open();
    try {
      yard.env = { ...yard.env, PATH: `${dirname(command)}:${yard.env['PATH'] ?? ''}` };
      await yard.start();
      const client = await yard.client();
      const server = await yard.create(client, 'bench', script);
      const daemon = parseDaemonFile(await readFile(join(yard.dataDir, 'daemon.json'), 'utf8'));
      const { socket } = pathsOf(server, '', await socketFolder(locationsOf(yard.dataDir), yard.env));
      const gate = {
        host: '127.0.0.1',
        port: server.port,
        headers: { authorization: `Bearer ${daemon?.token ?? ''}` },
      };
      const raw = await RawServer.create(command, server, yard.path);
      const feed = await Feed.open(client);
      return new Scene({ yard, child: { socketPath: socket }, gate, raw }, [client, server, feed]);
    } catch (error) {
      await yard[Symbol.asyncDispose]();
      throw error;
    }
  }

  async start(prober: RequestOptions): Promise<Started> {
    const { id } = this.#server;
    const event = this.#feed.running(id);
    const began = performance.now();
    const [ran, answered] = await Promise.all([
      event,
      firstAnswer(prober),
      this.#client.call('codeServers.start', { params: { id }, body: {} }),
    ]);
    await this.#client.call('codeServers.stop', { params: { id } });
    return { ms: ran - began, delayMs: ran - answered };
  }

  async startRaw(): Promise<number> {
    const run = await this.raw.start();
    await this.raw.stop(run);
    return run.startMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feed[Symbol.dispose]();
    await this.yard[Symbol.asyncDispose]();
  }
}

async function fake({ say }: Context): Promise<readonly Figure[]> {
  await using scene = await Scene.open(resolve('test/support/bin/code-server'), { bootDelayMs });
  const direct: Started[] = [];
  const throughGate: Started[] = [];
  const raw: number[] = [];
  await scene.startRaw();
  await scene.start(scene.child);
  for (let round = 1; round <= 40; round++) {
    raw.push(await scene.startRaw());
    direct.push(await scene.start(scene.child));
    throughGate.push(await scene.start(scene.gate));
    if (round % 10 === 0) say(`${round} of 40 rounds`);
  }
  const delays = (from: readonly Started[]): number[] => from.map(({ delayMs }) => delayMs);
  return [
    {
      what: `command → running event (fake, boots in ${bootDelayMs} ms)`,
      unit: 'ms',
      samples: direct.map(({ ms }) => ms),
      peer: { what: 'spawn → first 200', samples: raw },
    },
    { what: "first 200 on the child's socket → event", unit: 'ms', samples: delays(direct), goal: delayGoal },
    { what: 'first 200 on the port → event', unit: 'ms', samples: delays(throughGate), goal: delayGoal },
  ];
}

async function real({ say }: Context): Promise<Measured> {
  const found = await ensureCodeServer().catch((error: unknown) => ({ layout: undefined, reason: String(error) }));
  if (found.layout === undefined) return { figures: [], skipped: [`the real code-server: ${found.reason}`] };
  await using scene = await Scene.open(found.layout.launcher, {});
  const started: Started[] = [];
  const raw: number[] = [];
  await scene.startRaw();
  await scene.start(scene.child);
  for (let round = 1; round <= 7; round++) {
    raw.push(await scene.startRaw());
    started.push(await scene.start(scene.child));
    say(`real code-server: ${round} of 7 rounds`);
  }
  const figures: Figure[] = [
    {
      what: 'command → running event (real code-server)',
      unit: 'ms',
      samples: started.map(({ ms }) => ms),
      peer: { what: 'spawn → first 200', samples: raw },
    },
    {
      what: 'first 200 on its socket → event (real)',
      unit: 'ms',
      samples: started.map(({ delayMs }) => delayMs),
      goal: delayGoal,
    },
  ];
  return { figures };
}

export const bench: Bench = async (context) => {
  const figures = await fake(context);
  const rest = await real(context);
  return { ...rest, figures: [...figures, ...rest.figures] };
};
