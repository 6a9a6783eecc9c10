import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeRuntime } from './nodeRuntime.ts';
import { ApiError } from './transport.ts';

export interface DaemonProcessOptions {
  /** Absolute. */
  readonly dataDir: string;
  /** Folder that holds `cli.js` and `daemon.js`. */
  readonly bundleDir: string;
  readonly runtime: NodeRuntime;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What came of a new daemon process: it says that it serves, or there is a reason why not. */
export interface Outcome {
  /** For a person; says nothing about a daemon that does answer meanwhile. */
  readonly failure: ApiError;
  /** Another process holds the data directory's lock: a daemon that is about to serve, or one that is about to end. */
  readonly lockHeld: boolean;
}

const launchTimeoutMs = 20_000;
const errorsLimitBytes = 1_000_000;

/** Starts a daemon that outlives this process and waits for its first words. Throws ApiError `unavailable` when it cannot. */
export async function startDaemonProcess(options: DaemonProcessOptions): Promise<Outcome> {
  const { dataDir, bundleDir, runtime, env } = options;
  // What goes wrong before the daemon has a log of its own ends up here.
  const errorsFile = join(dataDir, 'daemon.stderr.log');
  const errors = await openErrors(dataDir, errorsFile);
  const child = spawn(
    runtime.execPath,
    [...runtime.args, join(bundleDir, 'cli.js'), 'serve', '--data-dir', dataDir, '--idle-exit'],
    {
      detached: true,
      stdio: ['ignore', 'pipe', errors.file],
      cwd: dataDir,
      windowsHide: true,
      env: { ...cleanEnvironment(env), ...runtime.env },
    },
  );
  closeSync(errors.file);
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
  const refusal = typeof outcome === 'string' ? undefined : parseRefusal(outcome.line);
  if (refusal !== undefined) return { failure: refusal, lockHeld: refusal.code === 'conflict' };
  const why =
    typeof outcome === 'string' ? outcome : `it said “${outcome.line.slice(0, 200)}” and is not to be reached`;
  const words = (await readFile(errorsFile).catch(() => Buffer.alloc(0))).subarray(errors.from).toString('utf8').trim();
  const failure = new ApiError({
    message: `The Devyard daemon does not run: ${why}.${words === '' ? '' : `\n${words.slice(-1000)}`}`,
    code: 'unavailable',
    status: 0,
    hint: `Its log is ${join(dataDir, 'daemon.log')}.`,
  });
  return { failure, lockHeld: false };
}

/** Appends, because of two windows that start a daemon at once the loser must not wipe out the winner's words. */
async function openErrors(dataDir: string, path: string): Promise<{ readonly file: number; readonly from: number }> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const file = openSync(path, 'a', 0o600);
    if (fstatSync(file).size > errorsLimitBytes) ftruncateSync(file);
    return { file, from: fstatSync(file).size };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new ApiError({
      code: 'unavailable',
      status: 0,
      message: `The data directory ${dataDir} cannot be used: ${words}`,
      hint: 'Make it a folder that you can write, or choose another one with DEVYARD_DATA_DIR or --data-dir.',
      cause: error,
    });
  }
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
