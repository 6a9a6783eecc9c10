import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A program that runs the daemon's bundle. */
export interface NodeRuntime {
  readonly execPath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** `node:sqlite` needs no flag from here on. */
const minimum = [22, 13] as const;
const versionTimeoutMs = 3000;

// node:sqlite is marked experimental in Node 22 and 24; its warning is no news to anybody.
const args = ['--disable-warning=ExperimentalWarning'];

/**
 * A system Node.js that is new enough, because it does not vanish when the editor upgrades; else the editor's own, which on the
 * desktop is Electron and has to be told to be Node.js.
 */
export async function chooseRuntime(
  execPath: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<NodeRuntime> {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, name);
    if (isNewEnough(await versionOf(candidate))) return { execPath: candidate, args, env: {} };
  }
  return { execPath, args, env: { ELECTRON_RUN_AS_NODE: '1' } };
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: versionTimeoutMs, windowsHide: true });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** `v22.13.0` and newer. */
export function isNewEnough(version: string | undefined): boolean {
  const match = /^v(\d+)\.(\d+)\./.exec(version ?? '');
  if (match === null) return false;
  const major = Number(match[1]);
  return major > minimum[0] || (major === minimum[0] && Number(match[2]) >= minimum[1]);
}
