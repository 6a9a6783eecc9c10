import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { buildEntry, nodeOptions } from '../../../esbuild.mjs';
import { daemonFileName, type DaemonFile } from '../../../src/api/contract/discovery.ts';
import { apiVersion } from '../../../src/api/contract/routes.ts';
import { startApi, type ApiWorld } from './apiWorld.ts';
import { temporaryFolder, token } from './fakes.ts';

/** Newer than any build: it is never asked to make room. */
const version = '999.0.0';

export interface CliOutcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The real command line, as a process, on an API server over fakes. */
export interface CliWorld extends ApiWorld {
  /** Arguments for Node.js, and its environment. */
  readonly args: readonly string[];
  readonly env: Record<string, string | undefined>;
  start(...args: readonly string[]): ChildProcessWithoutNullStreams;
  run(...args: readonly string[]): Promise<CliOutcome>;
}

/** Builds the command line once for a file of tests. */
export async function buildCli(): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const folder = await temporaryFolder();
  const file = path.join(folder.path, 'cli.js');
  // The daemon is there already, and no test asks for the provider.
  const external = [...nodeOptions.external, '*/daemon.ts', '*/provider.ts'];
  await buildEntry('src/cli.ts', file, { ...nodeOptions, external, supported: { 'dynamic-import': false } });
  return { file, remove: () => folder.remove() };
}

export async function startCliWorld(cli: string): Promise<CliWorld> {
  const world = await startApi((fakes) => {
    const { daemon } = fakes.deps;
    const info = { ...daemon.info(), version };
    return { ...fakes, deps: { ...fakes.deps, daemon: { ...daemon, info: () => info } } };
  });
  const file: DaemonFile = {
    socket: world.socket.socketPath,
    token,
    pid: process.pid,
    startTime: 'now',
    version,
    build: 1,
    apiVersion,
  };
  await writeFile(path.join(world.folder, daemonFileName), JSON.stringify(file));
  const env = { ...process.env, DEVYARD_DATA_DIR: world.folder };
  const start = (...args: readonly string[]) => spawn(process.execPath, [cli, ...args], { env, cwd: world.folder });
  return {
    ...world,
    args: [cli],
    env,
    start,
    async run(...args) {
      const child = start(...args);
      child.stdin.end();
      return outcomeOf(child);
    },
  };
}

export async function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<CliOutcome> {
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  return { code: await ended, stdout, stderr: stderr.toString() };
}
