// From a fresh clone to a Node that can run everything else. Runs under Node 20 or newer, without any dependency.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, npm } from './npm.mjs';
import { say, step } from './run.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const modules = join(root, 'node_modules');

/** Node as a locked npm package: no download site is needed, and its C++ headers are in it. */
const bundledNode = join(modules, `node-linux-${process.arch}`, 'bin', 'node');

/** A version text such as `24.21.0` at least as new as `wanted`? */
function atLeast(version, wanted) {
  const [a, b] = [version, wanted].map((text) => text.split('.').map(Number));
  for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  return true;
}

const readJson = async (file) => JSON.parse(await readFile(file, 'utf8'));

/** Why node_modules has to be installed, or undefined when it holds just what package-lock.json says. */
async function staleReason() {
  const wanted = (await readJson(join(root, 'package-lock.json'))).packages;
  const installed = await readJson(join(modules, '.package-lock.json')).then(
    (lock) => lock.packages,
    () => undefined,
  );
  if (!installed) return 'nothing is installed yet';
  const fits = (list, value) => !list || list.includes(value);
  for (const [path, { version, integrity, optional, os, cpu, libc }] of Object.entries(wanted)) {
    if (path === '' || (optional && (libc || !fits(os, process.platform) || !fits(cpu, process.arch)))) continue;
    const name = path.replace(/^.*node_modules\//, '');
    const there = installed[path];
    if (!there && optional && !os) continue;
    if (!there || !existsSync(join(root, path))) return `${name} ${version} is missing`;
    if (there.version !== version || there.integrity !== integrity)
      return `${name} is ${there.version}, not ${version}`;
  }
  return undefined;
}

/** Makes node_modules match package-lock.json; throws with what to do when it cannot. */
async function ensureDependencies() {
  const reason = await staleReason();
  if (!reason) return;
  const lock = await readJson(join(root, 'package-lock.json'));
  const count = Object.values(lock.packages).filter(({ optional }) => !optional).length;
  const title = `npm ci: ${count} packages and Node 24, about 480 MB on disk (${reason})`;
  const { code } = await step(title, () => npm(['ci'], { cwd: root }), modules);
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; what it said is above`);
}

/** The Node everything else runs under: the locked one, else this one when it is new enough. */
function chooseNode() {
  if (existsSync(bundledNode)) return bundledNode;
  if (atLeast(process.versions.node, '22.13.0')) return process.execPath;
  throw new Error(
    `Node ${process.versions.node} is too old and there is no locked one for ${process.platform}-${process.arch}. ` +
      'Install Node 24 and try again.',
  );
}

/**
 * Ensures the dependencies, then runs `script` (a path relative to the repository) under Node 24 in this terminal.
 * Never returns: this process ends as the script does.
 */
export async function runUnderNode24(script, args) {
  try {
    await ensureDependencies();
    const node = chooseNode();
    const child = spawn(node, [join(root, script), ...args], { stdio: 'inherit', env: cleanEnvironment(node) });
    // Ctrl+C reaches the child by itself; this process only has to outlive it.
    process.on('SIGINT', () => {});
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      say(error.message);
      process.exit(1);
    });
    child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
  } catch (error) {
    say(`\n✗ ${error.message}`);
    process.exit(1);
  }
}
