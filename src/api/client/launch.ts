import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Build, DaemonInfo } from '../contract/daemon.ts';
import { type DaemonFile, daemonFileName, isNewer, parseDaemonFile } from '../contract/discovery.ts';
import { apiVersion } from '../contract/routes.ts';
import { createClient, type DevyardClient } from './client.ts';
import { startDaemonProcess } from './daemonProcess.ts';
import { chooseRuntime } from './nodeRuntime.ts';
import { ApiError } from './transport.ts';

export interface Connection {
  readonly client: DevyardClient;
  readonly info: DaemonInfo;
}

export type LaunchProgress = (text: string) => void;

export interface LaunchOptions {
  readonly dataDir: string;
  /** Folder that holds `cli.js` and `daemon.js`. */
  readonly bundleDir: string;
  readonly build: Build;
  /** This program's own Node.js or Electron, used where no system Node.js will do. */
  readonly execPath: string;
  /** This program's own environment; the daemon gets it without what is the editor's. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: LaunchProgress;
  readonly signal?: AbortSignal;
}

const answerTimeoutMs = 3000;
const handOverTimeoutMs = 15_000;
const retryMs = 50;
/** How long a daemon that ends may keep the lock of its data directory. */
const lockTimeoutMs = 15_000;
const firstPauseMs = 100;
const longestPauseMs = 800;

/** What the daemon of a data directory says of itself; undefined when there is none. It may be dead all the same. */
async function findDaemon(dataDir: string): Promise<DaemonFile | undefined> {
  try {
    return parseDaemonFile(await readFile(join(dataDir, daemonFileName), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Connects to the daemon that runs; undefined when there is none. Throws ApiError `unavailable` for one that is there and
 * does not answer (it hangs, or was suspended): a new one could not take its place.
 */
export async function connect(dataDir: string): Promise<Connection | undefined> {
  const file = await findDaemon(dataDir);
  if (file === undefined) return undefined;
  const client = createClient({ socket: file.socket, token: file.token });
  const signal = AbortSignal.timeout(answerTimeoutMs);
  try {
    return { client, info: await client.call('daemon.get', {}, { signal }) };
  } catch (error) {
    client.close();
    if (signal.aborted) throw doesNotAnswer(file.pid, error);
    if (error instanceof ApiError && error.code !== 'unavailable') throw error;
    return undefined;
  }
}

function doesNotAnswer(pid: number, cause: unknown): ApiError {
  return new ApiError({
    code: 'unavailable',
    status: 0,
    message: `The Devyard daemon (pid ${String(pid)}) does not answer.`,
    hint: 'End that process; what it runs goes on.',
    cause,
  });
}

/**
 * Connects to the daemon, starting it when there is none and asking an older one to hand over when this build is strictly
 * newer; what runs goes on meanwhile. Throws ApiError: `reload-window` when the daemon speaks a newer protocol, `unavailable`
 * with the daemon's own words when it cannot be started.
 */
export async function ensureDaemon(given: LaunchOptions): Promise<Connection> {
  // The daemon has a working directory of its own, where a relative path would mean something else.
  const options = { ...given, dataDir: resolve(given.dataDir) };
  const running = await connect(options.dataDir);
  if (running !== undefined) {
    if (!isNewer(options.build, running.info)) return compatible(running);
    options.onProgress?.('Updating the Devyard daemon…');
    await handOver(running, options);
  }
  options.onProgress?.('Starting the Devyard daemon…');
  return launch(options);
}

function compatible(connection: Connection): Connection {
  if (connection.info.apiVersion === apiVersion) return connection;
  connection.client.close();
  throw new ApiError({
    message: `The Devyard daemon that runs is version ${connection.info.version}, newer than this window's.`,
    code: 'reload-window',
    status: 0,
    hint: 'Reload the window to use the new version.',
  });
}

async function handOver({ client, info }: Connection, options: LaunchOptions): Promise<void> {
  try {
    await client.call('daemon.handOver', { body: options.build });
  } catch (error) {
    // Another window may have been quicker; then the daemon has gone already.
    if (!(error instanceof ApiError) || error.code !== 'unavailable') throw error;
  } finally {
    client.close();
  }
  const deadline = performance.now() + handOverTimeoutMs;
  while (performance.now() < deadline) {
    const now = await connect(options.dataDir);
    now?.client.close();
    if (now === undefined || now.info.pid !== info.pid) return;
    await delay(retryMs, undefined, options);
  }
  throw new ApiError({
    code: 'unavailable',
    status: 0,
    message: 'The older Devyard daemon did not make room.',
    hint: 'Restart it.',
  });
}

async function launch(options: LaunchOptions): Promise<Connection> {
  const { dataDir, bundleDir, env, signal } = options;
  const runtime = await chooseRuntime(options.execPath, env);
  const deadline = performance.now() + lockTimeoutMs;
  for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
    const { failure, lockHeld } = await startDaemonProcess({ dataDir, bundleDir, runtime, env });
    signal?.throwIfAborted();
    // Whoever lost a race between two windows finds the winner's daemon; so look in any case.
    const connection = await connectWithin(dataDir, lockHeld ? pause : answerTimeoutMs);
    if (connection !== undefined) return compatible(connection);
    signal?.throwIfAborted();
    // No daemon answers, yet one holds the lock: it is on its way out, and this one comes after it.
    if (!lockHeld || performance.now() >= deadline) throw failure;
  }
}

async function connectWithin(dataDir: string, ms: number): Promise<Connection | undefined> {
  const deadline = performance.now() + ms;
  do {
    const connection = await connect(dataDir);
    if (connection !== undefined) return connection;
    await delay(retryMs);
  } while (performance.now() < deadline);
  return undefined;
}
