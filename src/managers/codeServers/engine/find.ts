import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../model.ts';
import { askVersion } from './askVersion.ts';
import { isExecutable, onPath } from './executables.ts';
import type { Environment } from '../../shared/processes/group.ts';
import { isOlder, minimumVersion } from './version.ts';

export interface EngineSearch {
  /** The person's setting; empty for none. */
  readonly configured: string;
  /** Its PATH is searched; candidates are asked with it. */
  readonly env: Environment;
  /** Where Devyard installs engines, one folder a version. */
  readonly tools: string;
  readonly platform: string;
  /** Milliseconds an executable has to name its version; default 15 s. */
  readonly timeoutMs?: number;
}

type Source = 'setting' | 'path' | 'devyard';
type Found = Extract<Engine, { status: 'ready' | 'tooOld' | 'missing' }>;

const installHint =
  'Run “Devyard: Install code-server”, or choose an executable in the setting devyard.codeServer.path.';

/**
 * The engine to use: the setting wins, then the first usable one on the PATH, then the newest usable one that Devyard
 * installed. When none is usable, what is wrong with the first of them. Never throws.
 */
export async function findEngine(search: EngineSearch): Promise<Found> {
  if (search.platform === 'win32') {
    return {
      status: 'missing',
      message: 'code-server does not run on Windows.',
      hint: 'Use it in WSL: open a WSL window and install Devyard there.',
    };
  }
  if (search.configured !== '') {
    if (await isExecutable(search.configured)) return describe(search.configured, 'setting', search);
    return {
      status: 'missing',
      message: `The setting devyard.codeServer.path names ${search.configured}, which is not an executable file.`,
      hint: 'Correct the setting, or empty it to use the code-server on the PATH.',
    };
  }
  let unusable: Found | undefined;
  for (const [source, list] of [
    ['path', serversOnPath],
    ['devyard', installed],
  ] as const) {
    for (const path of await list(search)) {
      const engine = await describe(path, source, search);
      if (engine.status === 'ready') return engine;
      unusable ??= engine;
    }
  }
  return unusable ?? { status: 'missing', message: 'There is no code-server on this machine.', hint: installHint };
}

/**
 * Every `code-server` on the PATH that is a server. Inside a code-server's own terminals and extension hosts the first
 * one is its remote command line, which opens files in the window and serves nothing.
 */
async function serversOnPath({ env }: EngineSearch): Promise<readonly string[]> {
  const servers = new Map<string, string>();
  for (const candidate of await onPath('code-server', env)) {
    const real = await realpath(candidate).catch(() => candidate);
    const isRemoteCli = [candidate, real].some((path) => /[/\\]remote-cli[/\\]/.test(path));
    if (!isRemoteCli && !servers.has(real)) servers.set(real, candidate);
  }
  return [...servers.values()];
}

export function launcherOf(tools: string, version: string): string {
  return join(tools, `code-server-${version}`, 'bin', 'code-server');
}

/** Newest first. */
async function installed({ tools }: EngineSearch): Promise<readonly string[]> {
  const names = await readdir(tools).catch(() => [] as string[]);
  const versions = names.flatMap((name) => /^code-server-(\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? []);
  const launchers = versions.toSorted((a, b) => (isOlder(a, b) ? 1 : -1)).map((version) => launcherOf(tools, version));
  const usable = await Promise.all(launchers.map(isExecutable));
  return launchers.filter((_, index) => usable[index]);
}

async function describe(path: string, source: Source, { env, timeoutMs }: EngineSearch): Promise<Found> {
  const { version, problem } = await askVersion(path, { env, timeoutMs });
  if (version === undefined) {
    const message = `${path} --version does not name a code-server: ${problem}`;
    return { status: 'missing', message, hint: installHint };
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
