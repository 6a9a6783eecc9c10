// The guard of a benchmark run: gives it one temporary folder for everything and, however it ends (Ctrl+C, a crash),
// ends every process that carries that folder in its command line or environment and erases the folder.
//
//   node bench/run.mts [NAME...]
import { spawn } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../esbuild.mjs';
import { endAll } from './lib/sweep.mts';

/** Sources have no "type": the bundles beside them are CommonJS. */
const flags = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];

async function main(names: readonly string[]): Promise<number> {
  if (process.platform !== 'linux') {
    process.stdout.write('skipped: the benchmarks read /proc, which only Linux has\n');
    return 0;
  }
  const home = await realpath(await mkdtemp(join(tmpdir(), 'devyard-bench-')));
  // Sockets and temporary folders of every process below go there, too; so all of them can be told by it.
  const env = { ...process.env, TMPDIR: home, XDG_RUNTIME_DIR: undefined, DEVYARD_DATA_DIR: undefined };
  const worker = spawn(process.execPath, [...flags, join(root, 'bench/main.mts'), ...names], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupted = true;
      worker.kill('SIGKILL');
    });
  }
  const code = await new Promise<number>((resolve) => {
    worker.on('error', () => resolve(1));
    worker.on('exit', (status) => resolve(status ?? 1));
  });
  const ended = await endAll(home);
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  if (interrupted) process.stdout.write(`\nInterrupted; ended ${ended} processes and erased ${home}\n`);
  else if (ended > 0) process.stdout.write(`! ${ended} processes outlived their benchmark and were ended\n`);
  return interrupted ? 130 : code;
}

process.exitCode = await main(process.argv.slice(2));
