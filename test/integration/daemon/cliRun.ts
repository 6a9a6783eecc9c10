import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Yard } from './yard.ts';

const cli = resolve(process.env['DEVYARD_TEST_BUNDLE'] ?? 'dist', 'cli.js');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves when stderr has said so; rejects when the command ended without. */
  said(words: string): Promise<void>;
}

/** The real command line on a yard's daemon, in the yard's folder. */
export function startCli(yard: Yard, ...args: readonly string[]): RunningCli {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: yard.path,
    env: { ...yard.env, DEVYARD_DATA_DIR: yard.dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    child,
    ended,
    said: (words) =>
      new Promise((settle, reject) => {
        const look = (): void => {
          if (stderr.includes(words)) settle();
        };
        child.stderr.on('data', look);
        child.once('close', () => reject(new Error(`it never said “${words}”: ${stderr}`)));
        look();
      }),
  };
}

export const runCli = (yard: Yard, ...args: readonly string[]): Promise<Outcome> => startCli(yard, ...args).ended;

/** What it prints with --json, when it succeeds. */
export async function cliJson<T>(yard: Yard, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli(yard, ...args, '--json');
  if (code !== 0) throw new Error(`devyard ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
