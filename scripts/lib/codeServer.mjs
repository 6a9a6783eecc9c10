// A real code-server for the demo, the tests and the benchmarks: Devyard itself installs it, into a data directory of
// its own in the user's cache folder, which all clones share.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from '../../esbuild.mjs';
import { cleanEnvironment } from './npm.mjs';
import { run, say, step } from './run.mjs';
import { root } from './toolchain.mjs';

const cli = join(root, 'dist', 'cli.js');
const attempts = 3;
/** The installation itself failed; any other exit code means that somebody else ended it or the daemon. */
const failed = 1;

const dataDir =
  process.env.DEVYARD_DEV_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'devyard-dev');

/** The release that the product installs. */
async function pinnedVersion() {
  const file = join(root, 'src/managers/codeServers/engine/pinned.json');
  return JSON.parse(await readFile(file, 'utf8')).codeServer.version;
}

function layoutOf(folder) {
  return {
    /** An executable that behaves as `code-server` does. */
    launcher: join(folder, 'bin', 'code-server'),
    /** VS Code's own server, which has the switches for tests that code-server hides. */
    serverMain: join(folder, 'node_modules', 'code-server', 'lib', 'vscode', 'out', 'server-main.js'),
    /** The Node it runs under. */
    node: join(folder, 'bin', 'node'),
  };
}

async function works({ launcher }, version) {
  if (!existsSync(launcher)) return false;
  // Asked for anything, code-server writes a configuration file unless it is given another that exists.
  const args = ['--config', '/dev/null', '--version'];
  const { code, output } = await run(launcher, args, { quiet: true, env: cleanEnvironment() });
  return code === 0 && output.includes(`${version} `);
}

const devyard = (...args) => [cli, ...args, '--data-dir', dataDir];
const stopDaemon = () => run(process.execPath, devyard('stop'), { quiet: true, env: cleanEnvironment() });

/** Runs `devyard code-server install` in this terminal and leaves no daemon behind, also when somebody ends it. Resolves its exit code. */
async function install() {
  const child = spawn(process.execPath, devyard('code-server', 'install'), {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: cleanEnvironment(),
  });
  const onSignal = async (signal) => {
    child.kill('SIGKILL');
    await stopDaemon();
    process.exit(128 + constants.signals[signal]);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const [code] = await once(child, 'exit');
    return code;
  } finally {
    await stopDaemon();
    for (const signal of signals) process.off(signal, onSignal);
  }
}

/**
 * Ensures a real code-server; the first time this takes a minute and 800 MB.
 * Resolves `{layout}`, or `{reason}` where there can be none. Throws when an installation fails.
 */
export async function ensureCodeServer() {
  if (process.platform === 'win32') return { reason: 'code-server does not run on Windows; use WSL' };
  const version = await pinnedVersion();
  const layout = layoutOf(join(dataDir, 'tools', `code-server-${version}`));
  // Who is ready first stops the daemon that others may just have asked, and a newer build takes it over: so ask again.
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (await works(layout, version)) return { layout };
    if (!existsSync(cli)) await step('building', () => buildAll({ production: true }));
    say(`Installing code-server ${version} into ${dataDir} (once; about 800 MB on disk)`);
    if ((await install()) === failed) break;
  }
  if (await works(layout, version)) return { layout };
  throw new Error(
    `Devyard could not install code-server ${version}; why is above and in ${join(dataDir, 'daemon.log')}`,
  );
}
