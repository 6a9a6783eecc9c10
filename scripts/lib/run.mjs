// Running other programs and telling a person what goes on. No dependencies: this works before anything is installed.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export const say = (text) => process.stdout.write(`${text}\n`);

/** Milliseconds as people read them: `850 ms`, `12.3 s`, `2 min 5 s`. */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Full path of an executable on the PATH, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {}
  }
  return undefined;
}

/**
 * Runs a program to its end. `quiet` keeps its output and only gives it back; otherwise it goes to the terminal.
 * Resolves `{code, signal, output}`; a program that cannot be started has code 127. `signal` (an AbortSignal) ends it.
 */
export function run(command, args, { cwd, env = process.env, quiet = false, signal } = {}) {
  return new Promise((resolve) => {
    const stdio = ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'];
    const child = spawn(command, args, { cwd, env, stdio, signal });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 127, signal: null, output: output + error.message }));
    child.on('close', (code, endSignal) => resolve({ code: code ?? 1, signal: endSignal, output }));
  });
}

/** Runs `work` with a line at its start, one every ten seconds, and one with the time (and size of `folder`) at its end. */
export async function step(title, work, folder) {
  const began = performance.now();
  say(`… ${title}`);
  const timer = setInterval(async () => {
    const size = folder ? `, ${megabytes(await folderBytes(folder))} so far` : '';
    say(`  still at it after ${duration(performance.now() - began)}${size}`);
  }, 10_000);
  try {
    const result = await work();
    const size = folder ? `, ${megabytes(await folderBytes(folder))}` : '';
    say(`✓ ${title}: ${duration(performance.now() - began)}${size}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** Bytes of all files below a folder; 0 when there is none. Files that vanish meanwhile do not count. */
async function folderBytes(folder) {
  let total = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (entry.isFile())
      total += await lstat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return total;
}
