import { chmod, copyFile, cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface RuntimeOptions {
  /** Folder of the running bundle. */
  readonly bundleDir: string;
  readonly runtimes: string;
  readonly bin: string;
  readonly version: string;
  readonly build: number;
  /** The Node.js that runs the daemon, for the command line. */
  readonly execPath: string;
}

const bundleFiles = ['daemon.js', 'cli.js'];
/** What terminals need; a bundle may be built without it, and then has no terminals. */
const terminalParts = ['terminalHolder.js', 'conpty_console_list_agent.js', 'worker', 'native'];
const keptRuntimes = 3;

/**
 * Keeps a copy of the daemon's bundle in the data directory, because editors delete an extension's folder when they upgrade
 * it, and puts the `devyard` command into `bin`. Returns the copy's folder.
 */
export async function keepRuntime(options: RuntimeOptions): Promise<string> {
  const { bundleDir, runtimes, version, build } = options;
  const target = join(runtimes, `${version}-${String(build)}`);
  if (bundleDir !== target && !(await exists(target))) {
    const partial = `${target}.${String(process.pid)}.partial`;
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await Promise.all(bundleFiles.map((file) => copyFile(join(bundleDir, file), join(partial, file))));
    await Promise.all(terminalParts.map((part) => copyPart(join(bundleDir, part), join(partial, part))));
    await letHelpersRun(join(partial, 'native'));
    await rename(partial, target);
  }
  await writeCommand(options, target);
  await prune(runtimes, target);
  return target;
}

async function copyPart(from: string, to: string): Promise<void> {
  // Maps of sources are for the developer, who has the bundle.
  const filter = (path: string): boolean => !path.endsWith('.map');
  if (await exists(from)) await cp(from, to, { recursive: true, filter });
}

/** node-pty starts its terminals through a program on macOS; a package made on Windows has lost that it is one. */
async function letHelpersRun(native: string): Promise<void> {
  const systems = await readdir(native).catch(() => []);
  const helpers = systems.map((system) => join(native, system, 'spawn-helper'));
  for (const helper of helpers) if (await exists(helper)) await chmod(helper, 0o755);
}

async function writeCommand(options: RuntimeOptions, target: string): Promise<void> {
  await mkdir(options.bin, { recursive: true, mode: 0o700 });
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const script = `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(options.execPath)} ${quoted(join(target, 'cli.js'))} "$@"\n`;
  await replace(join(options.bin, 'devyard'), script, 0o755);
  const batch = `@echo off\r\nset ELECTRON_RUN_AS_NODE=1\r\n"${options.execPath}" "${join(target, 'cli.js')}" %*\r\n`;
  if (process.platform === 'win32') await replace(join(options.bin, 'devyard.cmd'), batch, 0o755);
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  await writeFile(temporary, text);
  await chmod(temporary, mode);
  await rename(temporary, path);
}

/** Drops the oldest copies; the newest few stay, because an older daemon may still be started from one by hand. */
async function prune(runtimes: string, current: string): Promise<void> {
  const entries = await Promise.all(
    (await readdir(runtimes)).map(async (name) => {
      const path = join(runtimes, name);
      return { path, time: (await stat(path)).mtimeMs };
    }),
  );
  const oldestFirst = entries.filter(({ path }) => path !== current).toSorted((a, b) => a.time - b.time);
  const superfluous = oldestFirst.slice(0, Math.max(0, oldestFirst.length - keptRuntimes + 1));
  await Promise.all(superfluous.map(({ path }) => rm(path, { recursive: true, force: true })));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
