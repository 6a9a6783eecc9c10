import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DevyardError, errnoOf } from '../../shared/errors.ts';
import { askVersion } from './askVersion.ts';
import { isExecutable } from './executables.ts';
import type { Environment } from '../../shared/processes/group.ts';
import { buildNative } from './native.ts';
import { nodePackageOf, provideNode } from './nodeForEngine.ts';
import { diskFull, findNpm, type Npm } from './npm.ts';
import pinned from './pinned.json' with { type: 'json' };

/** The release that Devyard installs. */
export const pinnedVersion = pinned.codeServer.version;

export interface InstallStep {
  readonly step: string;
  readonly stepIndex: number;
  readonly stepCount: number;
}

export interface InstallOptions {
  /** Where the finished installation goes. What is there and does not work is replaced; what works is left alone. */
  readonly target: string;
  readonly env: Environment;
  /** The program that runs this. */
  readonly execPath: string;
  readonly arch: string;
  readonly platform: string;
  readonly signal: AbortSignal;
  readonly onStep: (step: InstallStep) => void;
  readonly onLine: (line: string) => void;
  /** What does not keep code-server from working, yet should be known. */
  readonly onWarning: (warning: DevyardError) => void;
}

export const stepCount = 6;

/**
 * Installs code-server and its own Node.js from npm into a folder beside the target, and moves it there when it has answered
 * `--version`. Both packages are those whose checksums are known here, whatever a registry says. Install scripts are not run:
 * they need Kerberos headers that most machines lack; the parts that matter are installed and built one by one.
 * Aborting ends npm and its children and leaves nothing behind. Throws `unavailable`, `disk-full`, `cancelled`.
 */
export async function installCodeServer(options: InstallOptions): Promise<void> {
  const { env, signal, target } = options;
  const partial = `${target}.partial`;
  try {
    const launcher = launcherIn(target);
    if ((await isExecutable(launcher)) && (await askVersion(launcher, { env, signal })).version === pinnedVersion)
      return;
    const npm = await findNpm(options);
    await erase(partial);
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await installInto(partial, npm, options);
    await erase(target);
    await rename(partial, target);
  } catch (error) {
    await erase(partial);
    if (signal.aborted) throw new DevyardError('cancelled', 'The installation of code-server was cancelled.');
    throw errnoOf(error) === 'ENOSPC' ? diskFull(error) : error;
  }
}

async function installInto(folder: string, npm: Npm, options: InstallOptions): Promise<void> {
  const { arch, env, onStep, onWarning, platform, signal } = options;
  const nodePackage = nodePackageOf(platform, arch);
  const release = join(folder, 'node_modules', 'code-server');
  const editor = join(release, 'lib', 'vscode');
  const step = (stepIndex: number, text: string): void => onStep({ step: text, stepIndex, stepCount });
  const install = ['install', '--ignore-scripts', '--omit=dev'];
  const dependencies: Record<string, string> = {};
  const add = async (name: string, version: string): Promise<void> => {
    dependencies[name] = version;
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  };

  step(1, `downloading Node.js ${pinned.node.version} (about 55 MB)`);
  const node = await provideNode(
    nodePackage,
    folder,
    async () => {
      if (nodePackage === undefined) return;
      await add(nodePackage.name, nodePackage.version);
      await npm.run(install, folder);
      await checkIntegrity(folder, nodePackage.name, nodePackage.integrity);
    },
    options,
  );
  if (nodePackage !== undefined && !node.startsWith(folder)) delete dependencies[nodePackage.name];
  step(2, `downloading code-server ${pinnedVersion} (about 60 MB)`);
  await add('code-server', pinnedVersion);
  await npm.run(install, folder, node);
  await checkIntegrity(folder, 'code-server', pinned.codeServer.integrity);
  step(3, 'downloading the editor’s parts (about 120 MB)');
  await npm.run(install, editor, node);
  step(4, 'downloading the built-in extensions (about 20 MB)');
  await npm.run(install, join(editor, 'extensions'), node);
  step(5, 'building what output channels need');
  const warning = await buildNative({ npm, editor, node, env, signal });
  if (warning !== undefined) {
    step(5, warning.message);
    onWarning(warning);
  }
  await linkHelpers(editor, platform === 'darwin' ? 'darwin' : 'linux');
  await writeLauncher(folder, node);
  step(6, 'trying it out');
  const { version, problem } = await askVersion(launcherIn(folder), { env, signal, timeoutMs: 60_000 });
  if (version !== pinnedVersion) {
    throw new DevyardError('unavailable', `The installed code-server does not work: ${problem ?? `it is ${version}`}`);
  }
}

/** npm holds a package against what the registry says of it; this holds it against what was known when Devyard was made. */
async function checkIntegrity(folder: string, name: string, integrity: string): Promise<void> {
  const text = await readFile(join(folder, 'node_modules', '.package-lock.json'), 'utf8');
  const lock = JSON.parse(text) as { packages?: Readonly<Record<string, { integrity?: string }>> };
  if (lock.packages?.[`node_modules/${name}`]?.integrity === integrity) return;
  throw new DevyardError(
    'unavailable',
    `The registry's ${name} is not the one that Devyard knows (its checksum differs).`,
    {
      hint: 'Check which registry npm uses (npm config get registry).',
    },
  );
}

/** The release's own postinstall makes these two links; without them its terminals lack the `code-server` command. */
async function linkHelpers(editor: string, system: string): Promise<void> {
  for (const [folder, name, script] of [
    ['bin/remote-cli', 'code-server', `code-${system}.sh`],
    ['bin/helpers', 'browser.sh', `browser-${system}.sh`],
  ] as const) {
    const link = join(editor, folder, name);
    await rm(link, { force: true });
    await symlink(script, link);
  }
}

function launcherIn(folder: string): string {
  return join(folder, 'bin', 'code-server');
}

async function writeLauncher(folder: string, node: string): Promise<void> {
  await mkdir(join(folder, 'bin'));
  await symlink(node.startsWith(folder) ? relative(join(folder, 'bin'), node) : node, join(folder, 'bin', 'node'));
  const launcher = launcherIn(folder);
  await writeFile(
    launcher,
    `#!/bin/sh
# Runs this code-server with the Node.js it was installed with.
here=$(dirname "$(readlink -f "$0")")
exec "$here/node" "$here/../node_modules/code-server/out/node/entry.js" "$@"
`,
  );
  await chmod(launcher, 0o755);
}

/** Removes what an installation left behind that was ended in the middle. What cannot be removed, the next one will name. */
export async function removePartial(tools: string): Promise<void> {
  const names = await readdir(tools).catch(() => [] as string[]);
  const partial = names.filter((name) => name.endsWith('.partial')).map((name) => join(tools, name));
  await Promise.all(partial.map((path) => erase(path).catch(() => undefined)));
}

/** A process that was just ended may still be writing its last files. */
async function erase(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
