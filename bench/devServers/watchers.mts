import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { root } from '../../esbuild.mjs';
import type { DevyardClient } from '../../src/api/client/client.ts';
import { manifest, running, sources } from './projects.mts';

/** What a build of a save consists of here: the time of its own first line, said by itself. Nanoseconds since the epoch. */
const stamp = ['date', '+%s%N'] as const;

/** Something that runs `date` when a file is saved. */
export interface Watcher extends AsyncDisposable {
  readonly name: string;
  readonly files: readonly string[];
  /** When its builds said that they began, in order. Milliseconds since the epoch, with fractions. */
  readonly stamps: readonly number[];
  /** How many builds it has begun, those included that were cancelled before they said anything. */
  readonly begun: () => number;
}

export interface Place {
  /** A folder that is not there yet. */
  readonly folder: string;
  readonly count: number;
}

export async function devyardWatcher(client: DevyardClient, { folder, count }: Place): Promise<Watcher> {
  const files = await sources(folder, count);
  const parts = `    builds:
      stamp:
        command: [${stamp.join(', ')}]
        watch: { include: ["src/**"] }
`;
  const id = await running(client, folder, manifest('saves', parts));
  const stamps: number[] = [];
  /** What Devyard said at the end of each build. */
  const ends: string[] = [];
  const stop = new AbortController();
  const following = follow(client, id, { stamps, ends }, stop.signal);
  return {
    name: 'devyard',
    files,
    stamps,
    begun: () => ends.length,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await following;
    },
  };
}

interface Read {
  readonly stamps: number[];
  readonly ends: string[];
}

async function follow(client: DevyardClient, id: string, { stamps, ends }: Read, signal: AbortSignal): Promise<void> {
  for await (const entries of client.devServerLogs(id, 0, signal)) {
    for (const entry of entries) {
      if (entry.kind !== 'line') continue;
      if (entry.source === 'stdout') take(entry.text, stamps);
      else if (entry.source === 'system' && /^(?:Built in|Cancelled|Failed)/.test(entry.text)) ends.push(entry.text);
    }
  }
}

interface Tool {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** It wants the names of the files on its standard input. */
  readonly wantsNames?: boolean;
}

const nodemon = fileURLToPath(import.meta.resolve('nodemon/bin/nodemon.js'));
const chokidar = fileURLToPath(import.meta.resolve('chokidar-cli'));

/** As their manuals have it; what a tool waits before it builds is its own affair, and can be set where `-d` is. */
export const tools: readonly Tool[] = [
  { name: 'bare fs.watch + spawn', command: [process.execPath, join(root, 'bench/devServers/bareWatch.mts'), '.'] },
  { name: 'entr', command: ['entr', '-n', ...stamp], wantsNames: true },
  {
    name: 'nodemon',
    command: [process.execPath, nodemon, '-q', '-w', 'src', '-e', 'ts', '-x', stamp.join(' ')],
  },
  {
    name: 'chokidar-cli',
    command: [process.execPath, chokidar, 'src/**/*.ts', '--silent', '-c', stamp.join(' ')],
  },
  {
    name: 'chokidar-cli -d 1',
    command: [process.execPath, chokidar, 'src/**/*.ts', '--silent', '-d', '1', '-c', stamp.join(' ')],
  },
];

/** Undefined where the tool is not installed. */
export async function toolWatcher(
  { name, command, wantsNames = false }: Tool,
  { folder, count }: Place,
): Promise<Watcher | undefined> {
  const files = await sources(folder, count);
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const started = await Promise.race([once(child, 'spawn').then(() => true), once(child, 'error').then(() => false)]);
  if (!started) return undefined;
  if (wantsNames) Readable.from(`${files.join('\n')}\n`).pipe(child.stdin);
  const stamps: number[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => take(line, stamps));
  return { name, files, stamps, begun: () => stamps.length, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  process.kill(-(child.pid ?? Number.NaN), 'SIGKILL');
  await exit;
}

/** From the call of `spawn` until the program says its own time: what no watcher can go below. */
export async function rawStamp(now: () => number): Promise<number> {
  const began = now();
  const child = spawn(stamp[0], stamp.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] });
  const stamps: number[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => take(line, stamps));
  await once(child, 'close');
  return (stamps[0] ?? Number.NaN) - began;
}

function take(line: string, stamps: number[]): void {
  // More digits than a number can hold: the last ones are cut off.
  if (/^\d{19}$/.test(line)) stamps.push(Number(line.slice(0, 16)) / 1000);
}
