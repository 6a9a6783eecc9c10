import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Build, DaemonInfo } from '../contract/daemon.ts';
import { daemonFileName, isNewer, parseDaemonFile } from '../contract/discovery.ts';
import { apiVersion } from '../contract/routes.ts';
import { type Address, createClient, type DevyardClient } from './client.ts';
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
const launchTimeoutMs = 20_000;
const handOverTimeoutMs = 15_000;
const retryMs = 50;

/** Where the daemon of a data directory says it listens; undefined when none does. It may be dead all the same. */
export async function findDaemon(dataDir: string): Promise<Address | undefined> {
  try {
    const file = parseDaemonFile(await readFile(join(dataDir, daemonFileName), 'utf8'));
    return file === undefined ? undefined : { socket: file.socket, token: file.token };
  } catch {
    return undefined;
  }
}

/** Connects to the daemon that runs; undefined when none answers. */
export async function connect(dataDir: string): Promise<Connection | undefined> {
  const address = await findDaemon(dataDir);
  if (address === undefined) return undefined;
  const client = createClient(address);
  try {
    return { client, info: await client.call('daemon.get', {}, { signal: AbortSignal.timeout(answerTimeoutMs) }) };
  } catch (error) {
    client.close();
    if (error instanceof ApiError && error.code !== 'unavailable') throw error;
    return undefined;
  }
}

/**
 * Connects to the daemon, starting it when there is none and asking an older one to hand over when this build is strictly
 * newer; what runs goes on meanwhile. Throws ApiError: `reload-window` when the daemon speaks a newer protocol, `unavailable`
 * with the daemon's own words when it cannot be started.
 */
export async function ensureDaemon(options: LaunchOptions): Promise<Connection> {
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
  const deadline = Date.now() + handOverTimeoutMs;
  while (Date.now() < deadline) {
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
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const runtime = await chooseRuntime(options.execPath, env);
  // What goes wrong before the daemon has a log of its own ends up here.
  const errors = openSync(join(dataDir, 'daemon.stderr.log'), 'w', 0o600);
  const child = spawn(
    runtime.execPath,
    [...runtime.args, join(bundleDir, 'cli.js'), 'serve', '--data-dir', dataDir, '--idle-exit'],
    {
      detached: true,
      stdio: ['ignore', 'pipe', errors],
      cwd: dataDir,
      windowsHide: true,
      env: { ...cleanEnvironment(env), ...runtime.env },
    },
  );
  closeSync(errors);
  const { stdout } = child;
  if (stdout === null) throw new Error('A piped stdout is missing.');
  const firstLine = readFirstLine(stdout);
  const failed = Promise.race([
    once(child, 'error').then(([error]) => `it could not be started: ${String(error)}`),
    once(child, 'exit').then(([code, by]) => `it ended with ${by === null ? `exit code ${String(code)}` : String(by)}`),
  ]);
  const timeout = delay(launchTimeoutMs, 'it did not answer in time', { ref: false });
  const outcome = await Promise.race([firstLine.then((line) => ({ line })), failed, timeout]);
  stdout.destroy();
  child.removeAllListeners();
  child.on('error', () => undefined);
  child.unref();
  signal?.throwIfAborted();
  // Whoever lost a race between two windows finds the winner's daemon; so look in any case.
  const deadline = Date.now() + answerTimeoutMs;
  do {
    const connection = await connect(dataDir);
    if (connection !== undefined) return compatible(connection);
    await delay(retryMs);
  } while (Date.now() < deadline);
  throw await launchError(dataDir, outcome);
}

async function launchError(dataDir: string, outcome: string | { line: string }): Promise<ApiError> {
  const said = typeof outcome === 'string' ? undefined : parseRefusal(outcome.line);
  if (said !== undefined) return said;
  const stderr = await readFile(join(dataDir, 'daemon.stderr.log'), 'utf8').catch(() => '');
  const why =
    typeof outcome === 'string' ? outcome : `it said “${outcome.line.slice(0, 200)}” and is not to be reached`;
  return new ApiError({
    message: `The Devyard daemon does not run: ${why}.${stderr === '' ? '' : `\n${stderr.trim().slice(-1000)}`}`,
    code: 'unavailable',
    status: 0,
    hint: `Its log is ${join(dataDir, 'daemon.log')}.`,
  });
}

function parseRefusal(line: string): ApiError | undefined {
  try {
    const { error } = JSON.parse(line) as { error?: { code: string; message: string; hint?: string } };
    return error === undefined ? undefined : new ApiError({ status: 0, ...error });
  } catch {
    return undefined;
  }
}

/** Never settles when the stream ends without a line: the exit says more. */
function readFirstLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    stream.on('error', () => undefined);
  });
}

/** The daemon outlives this editor: it must not inherit what makes a process this editor's. */
function cleanEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const foreign = /^(?:DEVYARD_|VSCODE_|ELECTRON_|NODE_EXEC_PATH$|NODE_OPTIONS$|APPLICATION_INSIGHTS_|CODE_SERVER_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}
