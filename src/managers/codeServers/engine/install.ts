import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { DevyardError, messageOf } from '../../shared/errors.ts';
import { parseVersion } from './version.ts';

/** The release that Devyard installs, and the Node.js that this release asks for in its `engines`. */
export const pinned = { codeServer: '4.139.1', node: '24.21.0' } as const;

export interface InstallStep {
  readonly step: string;
  readonly stepIndex: number;
  readonly stepCount: number;
}

export interface InstallOptions {
  /** Where the finished installation goes: a folder that is not there yet. */
  readonly target: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly arch: string;
  readonly platform: string;
  readonly signal: AbortSignal;
  readonly onStep: (step: InstallStep) => void;
  readonly onLine: (line: string) => void;
}

const stepCount = 5;

/**
 * Installs code-server and its own Node.js from npm (which checks each package against the registry's checksum) into a folder
 * beside the target, and moves it there when it has answered `--version`. Install scripts are not run: they need Kerberos
 * headers that most machines lack; the parts that matter are installed and built one by one.
 * Aborting ends npm and its children and leaves nothing behind. Throws `unavailable`, `disk-full`, `cancelled`.
 */
export async function installCodeServer(options: InstallOptions): Promise<void> {
  const partial = `${options.target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    await installInto(partial, options);
    await rename(partial, options.target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true, maxRetries: 5 });
    throw options.signal.aborted
      ? new DevyardError('cancelled', 'The installation of code-server was cancelled.')
      : error;
  }
}

async function installInto(folder: string, options: InstallOptions): Promise<void> {
  const nodePackage = `node-${options.platform}-${options.arch}`;
  const release = join(folder, 'node_modules', 'code-server');
  const editor = join(release, 'lib', 'vscode');
  const node = join(folder, 'node_modules', nodePackage);
  const npm = (args: readonly string[], cwd: string): Promise<void> => runNpm(args, cwd, node, options);
  const step = (stepIndex: number, text: string): void => options.onStep({ step: text, stepIndex, stepCount });
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--omit=dev'];

  step(1, 'downloading code-server and Node.js (about 140 MB)');
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  await npm(['install', ...quiet, `code-server@${pinned.codeServer}`, `${nodePackage}@${pinned.node}`], folder);
  step(2, 'downloading the editor (about 60 MB)');
  await npm(['install', ...quiet], editor);
  step(3, 'downloading the built-in extensions (about 30 MB)');
  await npm(['install', ...quiet], join(editor, 'extensions'));
  step(4, 'building what the logs need');
  await npm(['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], editor).catch((error: unknown) => {
    if (options.signal.aborted) throw error;
    options.onLine(
      `${messageOf(error)} — output channels stay empty in this code-server; install python3 and a C++ compiler and install again.`,
    );
  });
  await linkHelpers(editor);
  const launcher = await writeLauncher(folder, nodePackage);
  step(5, 'trying it out');
  const { stdout } = await execa(launcher, ['--version'], {
    cancelSignal: options.signal,
    timeout: 60_000,
    stdin: 'ignore',
  });
  if (parseVersion(stdout) !== pinned.codeServer)
    throw new DevyardError('unavailable', `The installed code-server calls itself “${stdout}”.`);
}

/** The release's own postinstall makes these two links; without them its terminals lack the `code-server` command. */
async function linkHelpers(editor: string): Promise<void> {
  const system = process.platform === 'darwin' ? 'darwin' : 'linux';
  for (const [folder, name, script] of [
    ['bin/remote-cli', 'code-server', `code-${system}.sh`],
    ['bin/helpers', 'browser.sh', `browser-${system}.sh`],
  ] as const) {
    const link = join(editor, folder, name);
    if (!existsSync(link)) await symlink(script, link);
  }
}

async function writeLauncher(folder: string, nodePackage: string): Promise<string> {
  const launcher = join(folder, 'bin', 'code-server');
  await mkdir(join(folder, 'bin'));
  await writeFile(
    launcher,
    `#!/bin/sh
# Runs this code-server with the Node.js it was installed with.
root=$(dirname "$(dirname "$(readlink -f "$0")")")
exec "$root/node_modules/${nodePackage}/bin/node" "$root/node_modules/code-server/out/node/entry.js" "$@"
`,
  );
  await chmod(launcher, 0o755);
  return launcher;
}

async function runNpm(args: readonly string[], cwd: string, node: string, options: InstallOptions): Promise<void> {
  const path = [...(existsSync(join(node, 'bin')) ? [join(node, 'bin')] : []), options.env['PATH'] ?? ''].join(':');
  const headers = existsSync(join(node, 'include')) ? { npm_config_nodedir: node } : {};
  const child = execa('npm', [...args], {
    cwd,
    env: { ...withoutNpm(options.env), PATH: path, ...headers },
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    cancelSignal: options.signal,
    // npm runs children of its own; a group of its own lets all of them be ended.
    detached: true,
    cleanup: true,
  });
  const endGroup = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  options.signal.addEventListener('abort', endGroup, { once: true });
  const tail: string[] = [];
  for await (const line of child.iterable({ from: 'all' })) {
    options.onLine(line);
    tail.push(line);
    if (tail.length > 15) tail.shift();
  }
  const result = await child;
  options.signal.removeEventListener('abort', endGroup);
  if (!result.failed) return;
  throw npmError(result.code, result.exitCode, tail);
}

function npmError(code: string | undefined, exitCode: number | undefined, tail: readonly string[]): DevyardError {
  if (code === 'ENOENT') {
    return new DevyardError('unavailable', 'npm is not on the PATH; code-server is installed with it.', {
      hint: 'Install Node.js with npm, or install code-server yourself and name it in the setting devyard.codeServer.path.',
    });
  }
  const text = tail.join('\n');
  if (/ENOSPC/.test(text)) {
    return new DevyardError('disk-full', 'There is no space left to install code-server.', {
      hint: 'Free about 1 GB and try again.',
    });
  }
  return new DevyardError('unavailable', `npm ended with exit code ${String(exitCode)}: ${text.slice(-800)}`, {
    hint: 'Check the network and the proxy settings of npm, then try again.',
  });
}

/** npm's own variables, set when Devyard itself was started through npm, would steer this npm. */
function withoutNpm(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|https?_proxy|proxy|noproxy|cafile)$/i.test(name),
    ),
  );
}

/** Removes what an installation left behind that was ended in the middle. */
export async function removePartial(tools: string): Promise<void> {
  const names = await readdir(tools).catch(() => [] as string[]);
  await Promise.all(
    names
      .filter((name) => name.endsWith('.partial'))
      .map((name) => rm(join(tools, name), { recursive: true, force: true })),
  );
}
