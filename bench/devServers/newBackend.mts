// How soon a backend that was changed answers as the new one, beside the same steps done by hand.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, rename } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pageOf, portRange, writeProject } from '../../test/integration/daemon/devYard.ts';
import type { Measured } from '../lib/bench.mts';
import { median } from '../lib/statistics.mts';
import { freePort } from './byHand.mts';
import { manifest, running } from './projects.mts';
import type { World } from './world.mts';

const rounds = 40;
const askEveryMs = 3;
const patienceMs = 20_000;
const settleMs = 300;

/** Says which version it is. */
const server = (version: number): string => `import { createServer } from 'node:http';
createServer((_, answer) => answer.end('${String(version)}')).listen(Number(process.argv[2]), '127.0.0.1');
`;

export async function measureNewBackend({ yard, client, say }: World): Promise<Measured> {
  const folder = join(yard.path, 'backend');
  const parts = `    processes:
      server:
        dependsOn: [backend]
        command: [node, bin/server.mjs, "\${port}"]
        port: { range: ${portRange()} }
        ready: [{ http: / }]
    builds:
      backend:
        command: [cp, src/server.mjs, "\${out}"]
        out: build/server.mjs
        watch: { include: ["src/**"] }
        deploy: [{ from: "\${out}", to: bin/server.mjs }]
        reload: [{ restart: server }]
`;
  const id = await running(client, folder, { ...manifest('backend', parts), 'src/server.mjs': server(0) });
  const url = pageOf(await client.call('devServers.get', { params: { id } }));
  await using byHand = await HandBuilt.start(join(yard.path, 'by-hand'));

  const ours: number[] = [];
  const builds: number[] = [];
  const theirs: number[] = [];
  const boots: number[] = [];
  for (let version = 1; version <= rounds; version++) {
    const began = performance.now();
    writeFileSync(join(folder, 'src/server.mjs'), server(version));
    ours.push((await untilAnswer(url, String(version))) - began);
    const one = await byHand.save(version);
    builds.push(one.buildMs);
    theirs.push(one.ms - one.buildMs);
    boots.push(one.bootMs);
    await sleep(settleMs);
    if (version % 10 === 0) say(`${version} of ${rounds} new backends; ${median(ours).toFixed(0)} ms`);
  }
  const build = median(builds);
  const what = 'save → the new backend answers, less the build';
  const samples = ours.map((ms) => ms - build);
  return {
    figures: [
      { what, unit: 'ms', samples, peer: { what: 'by hand', samples: theirs }, goal: { of: 'median', limit: 100 } },
      { what, unit: 'ms', samples, peer: { what: 'spawn of the backend → its first answer', samples: boots } },
    ],
    notes: [`the build is \`cp\`: ${build.toFixed(1)} ms from its spawn to its exit, by hand, taken off each sample`],
  };
}

/** What a person's script would do at each save, without looking whether it went well. */
class HandBuilt implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  static async start(folder: string): Promise<HandBuilt> {
    const files = { 'src/server.mjs': server(0), 'build/made': '', 'bin/made': '' };
    const built = new HandBuilt(await writeProject(folder, files), await freePort());
    await built.save(0);
    return built;
  }

  async save(version: number): Promise<{ readonly ms: number; readonly buildMs: number; readonly bootMs: number }> {
    const [source, out, to] = ['src/server.mjs', 'build/server.mjs', 'bin/server.mjs'].map((path) =>
      join(this.#folder, path),
    ) as [string, string, string];
    const began = performance.now();
    writeFileSync(source, server(version));
    const building = performance.now();
    await once(spawn('cp', [source, out], { stdio: 'ignore' }), 'exit');
    const buildMs = performance.now() - building;
    await copyFile(out, `${to}.new`);
    await rename(`${to}.new`, to);
    await this[Symbol.asyncDispose]();
    const booting = performance.now();
    this.#child = spawn(process.execPath, [to, String(this.#port)], { stdio: 'ignore' });
    const answered = await untilAnswer(`http://127.0.0.1:${String(this.#port)}/`, String(version));
    return { ms: answered - began, buildMs, bootMs: answered - booting };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
    this.#child = undefined;
  }
}

/** `performance.now()` of the first answer that is `wanted`. */
async function untilAnswer(url: string, wanted: string): Promise<number> {
  const began = performance.now();
  for (;;) {
    const answer = await ask(url);
    const now = performance.now();
    if (answer === wanted) return now;
    if (now - began > patienceMs) throw new Error(`${url} answers “${String(answer)}”, not “${wanted}”`);
    await sleep(askEveryMs);
  }
}

/** Undefined where nobody answers. A connection of its own each time: the server of before must not be kept by one. */
function ask(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve(text));
      answer.on('error', () => resolve(undefined));
    });
    outgoing.on('error', () => resolve(undefined));
    outgoing.end();
  });
}
