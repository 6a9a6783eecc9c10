import { constants } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import type { Engine } from '../model.ts';
import { isOlder, minimumVersion, parseVersion } from './version.ts';

export interface EngineSearch {
  /** The person's setting; empty for none. */
  readonly configured: string;
  readonly path: string;
  /** Where Devyard installs engines, one folder a version. */
  readonly tools: string;
  readonly platform: string;
}

type Source = 'setting' | 'path' | 'devyard';

const versionTimeoutMs = 15_000;
const installHint =
  'Run “Devyard: Install code-server”, or choose an executable in the setting devyard.codeServer.path.';

/** The engine to use: the setting wins, then the PATH, then what Devyard installed. Never throws. */
export async function findEngine(search: EngineSearch, signal?: AbortSignal): Promise<Engine> {
  if (search.platform === 'win32') {
    return {
      status: 'missing',
      message: 'code-server does not run on Windows.',
      hint: 'Use it in WSL: open a WSL window and install Devyard there.',
    };
  }
  if (search.configured !== '') {
    if (await isExecutable(search.configured)) return describe(search.configured, 'setting', signal);
    return {
      status: 'missing',
      message: `The setting devyard.codeServer.path names ${search.configured}, which is not an executable file.`,
      hint: 'Correct the setting, or empty it to use the code-server on the PATH.',
    };
  }
  const onPath = await findOnPath(search.path);
  if (onPath !== undefined) return describe(onPath, 'path', signal);
  const installed = await findInstalled(search.tools);
  if (installed !== undefined) return describe(installed, 'devyard', signal);
  return { status: 'missing', message: 'There is no code-server on this machine.', hint: installHint };
}

/**
 * The first `code-server` on the PATH that is a server. Inside a code-server's own terminals and extension hosts the first
 * one is its remote command line, which opens files in the window and serves nothing.
 */
async function findOnPath(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, 'code-server');
    if (!(await isExecutable(candidate))) continue;
    const real = await realpath(candidate);
    if (!/[/\\]remote-cli[/\\]/.test(real) && !/[/\\]remote-cli[/\\]/.test(candidate)) return candidate;
  }
  return undefined;
}

export function launcherOf(tools: string, version: string): string {
  return join(tools, `code-server-${version}`, 'bin', 'code-server');
}

async function findInstalled(tools: string): Promise<string | undefined> {
  const names = await readdir(tools).catch(() => [] as string[]);
  const versions = names.flatMap((name) => /^code-server-(\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? []);
  const newestFirst = versions.toSorted((a, b) => (isOlder(a, b) ? 1 : -1));
  for (const version of newestFirst) {
    const launcher = launcherOf(tools, version);
    if (await isExecutable(launcher)) return launcher;
  }
  return undefined;
}

async function describe(path: string, source: Source, signal?: AbortSignal): Promise<Engine> {
  const result = await execa(path, ['--version'], {
    reject: false,
    timeout: versionTimeoutMs,
    stdin: 'ignore',
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const version = parseVersion(result.stdout);
  if (result.failed || version === undefined) {
    const why = result.timedOut
      ? 'it did not answer'
      : (result.stderr.trim() || result.stdout.trim() || result.shortMessage || 'it printed nothing').slice(0, 500);
    return { status: 'missing', message: `${path} --version does not name a code-server: ${why}`, hint: installHint };
  }
  if (isOlder(version, minimumVersion)) {
    return {
      status: 'tooOld',
      path,
      version,
      minimum: minimumVersion,
      message: `code-server ${version} (${path}) is too old; Devyard needs ${minimumVersion} or newer.`,
      hint: 'Upgrade it, or run “Devyard: Install code-server” and empty the setting devyard.codeServer.path.',
    };
  }
  return { status: 'ready', path, version, source };
}

/** What tells one executable from the next at the same path. */
export async function fingerprint(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    const { mtimeMs, size } = await stat(real);
    return `${real}:${String(mtimeMs)}:${String(size)}`;
  } catch {
    return undefined;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
