// A real code-server for the demo and the tests, from npm, in a cache folder that all clones share.
//
// It is no dependency of ours: it is bigger than everything else together, and its own postinstall script wants the
// Kerberos headers and root. So its parts are installed without scripts, and only the two native modules are built
// without which output channels stay empty. Kerberos is loaded only by who uses it.
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { cleanEnvironment, npm } from './npm.mjs';
import { withLock } from './lock.mjs';
import { run, say, step, which } from './run.mjs';
import { atLeast, bundledNode } from './toolchain.mjs';

const codeServerVersion = '4.139.1';
const integrity = 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==';

const cache = join(
  process.env.DEVYARD_DEV_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'devyard-dev'),
  `code-server-${codeServerVersion}`,
);

/** Where things are in an installation. */
function layout(folder) {
  const package_ = join(folder, 'node_modules', 'code-server');
  const vscode = join(package_, 'lib', 'vscode');
  return {
    folder,
    /** An executable that behaves as `code-server` does. */
    launcher: join(folder, 'bin', 'code-server'),
    entry: join(package_, 'out', 'node', 'entry.js'),
    vscode,
    /** VS Code's own server, which has the switches for tests that code-server hides. */
    serverMain: join(vscode, 'out', 'server-main.js'),
    /** The Node it runs under. */
    node: join(folder, 'bin', 'node'),
  };
}

/** True when the launcher there answers with the right version. */
async function works({ launcher }, folder) {
  if (!existsSync(launcher)) return false;
  // Asked for anything, code-server writes a configuration file where it is told.
  const { code, output } = await run(launcher, ['--config', join(folder, 'config.yaml'), '--version'], {
    quiet: true,
    env: cleanEnvironment(),
  });
  return code === 0 && output.includes(`${codeServerVersion} `);
}

async function must(title, folder, args, options) {
  const { code, output } = await step(title, () => npm(args, { quiet: true, ...options }), folder);
  if (code !== 0) throw new Error(`${title} failed with exit code ${code}:\n${output.trim().slice(-2000)}`);
}

/** Headers are in the locked Node's package; without them node-gyp would go and download them. */
function nodeHeaders() {
  const folder = dirname(dirname(process.execPath));
  return existsSync(join(folder, 'include', 'node', 'node.h')) ? folder : undefined;
}

async function rebuildNative(vscode) {
  const missing = [
    ['c++', 'g++', 'clang++'].some(which) ? undefined : 'a C++ compiler',
    which('make') ? undefined : 'make',
    ['python3', 'python'].some(which) ? undefined : 'Python 3',
  ].filter(Boolean);
  if (missing.length > 0) {
    say(`! ${missing.join(' and ')} not found: output channels stay empty in this code-server, all else works`);
    return;
  }
  const headers = nodeHeaders();
  const env = headers ? { npm_config_nodedir: headers } : {};
  const title = '3/3 building spdlog and native-watchdog';
  const args = ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog', '--ignore-scripts=false'];
  const { code, output } = await step(title, () => npm(args, { cwd: vscode, quiet: true, env }));
  if (code !== 0) {
    say(`! that failed: output channels stay empty in this code-server, all else works\n${output.trim().slice(-1000)}`);
  }
}

async function link(file, target) {
  await rm(file, { force: true });
  await symlink(target, file);
}

async function writeLauncher({ folder, launcher, node }) {
  await mkdir(dirname(launcher), { recursive: true });
  // The locked Node belongs to a clone that may go away; another one is the system's and stays.
  if (process.execPath === bundledNode) await copyFile(process.execPath, node);
  else await symlink(process.execPath, node);
  await chmod(node, 0o755).catch(() => {});
  await writeFile(
    launcher,
    '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\n' +
      'exec "$here/node" "$here/../node_modules/code-server/out/node/entry.js" "$@"\n',
    { mode: 0o755 },
  );
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
}

async function install(folder) {
  const { vscode, launcher, node } = layout(folder);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--save-exact', `code-server@${codeServerVersion}`];
  await must(`1/3 code-server ${codeServerVersion} from npm, about 190 MB on disk`, folder, args);
  const lock = JSON.parse(await readFile(join(folder, 'node_modules', '.package-lock.json'), 'utf8'));
  if (lock.packages['node_modules/code-server'].integrity !== integrity) {
    throw new Error(`the registry's code-server ${codeServerVersion} is not the one that is known here (integrity)`);
  }
  const parts = ['install', '--ignore-scripts', '--omit=dev'];
  await must("2/3 the VS Code server's modules, about 390 MB on disk", vscode, parts, { cwd: vscode });
  await must('    and those of its built-in extensions', join(vscode, 'extensions'), parts, {
    cwd: join(vscode, 'extensions'),
  });
  await rebuildNative(vscode);
  const system = process.platform === 'darwin' ? 'darwin' : 'linux';
  await link(join(vscode, 'bin', 'remote-cli', 'code-server'), `code-${system}.sh`);
  await link(join(vscode, 'bin', 'helpers', 'browser.sh'), `browser-${system}.sh`);
  await writeLauncher({ folder, launcher, node });
}

/**
 * Ensures a real code-server; the first time this takes a minute and 700 MB.
 * Resolves `{layout}`, or `{reason}` where there can be none. Throws when an installation fails.
 */
export async function ensureCodeServer() {
  if (process.platform === 'win32') return { reason: 'code-server does not run on Windows; use WSL' };
  if (!atLeast(process.versions.node, '24.0.0'))
    return { reason: `code-server needs Node 24, this is ${process.version}` };
  const ready = layout(cache);
  if (await works(ready, cache)) return { layout: ready };
  await mkdir(dirname(cache), { recursive: true });
  return withLock(`${cache}.lock`, async () => {
    if (await works(ready, cache)) return { layout: ready };
    const partial = `${cache}.partial`;
    say(`Installing code-server ${codeServerVersion} into ${cache} (once; about 700 MB)`);
    await install(partial);
    if (!(await works(layout(partial), partial)))
      throw new Error(`${layout(partial).launcher} --version does not answer`);
    await rm(cache, { recursive: true, force: true });
    await rename(partial, cache);
    return { layout: ready };
  });
}
