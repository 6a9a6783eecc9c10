import { join } from 'node:path';

/**
 * How the faces find the daemon: one data directory per user and host, and in it `daemon.json` (0600), which a daemon
 * writes when it serves and removes when it ends in good order.
 */
export interface DaemonFile {
  readonly socket: string;
  readonly token: string;
  readonly pid: number;
  /** Opaque; identifies the process together with the pid. */
  readonly startTime: string;
  readonly version: string;
  readonly build: number;
  readonly apiVersion: number;
}

export const daemonFileName = 'daemon.json';

/** In the data directory while some resource is to start whenever Devyard does: a window that finds it starts the daemon. */
export const autoStartFileName = 'auto-start';

/** The data directory: `DEVYARD_DATA_DIR`, else the platform's place for a user's application data. */
export function defaultDataDir(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  home: string,
): string {
  const chosen = env['DEVYARD_DATA_DIR'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Devyard');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Devyard');
  const dataHome = env['XDG_DATA_HOME'];
  return join(dataHome !== undefined && dataHome.startsWith('/') ? dataHome : join(home, '.local', 'share'), 'devyard');
}

/** Reads a discovery file's text; undefined for anything that is not one (torn, foreign, of another shape). */
export function parseDaemonFile(text: string): DaemonFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const file = value as Record<keyof DaemonFile, unknown>;
  const textual = [file.socket, file.token, file.startTime, file.version].every(
    (part) => typeof part === 'string' && part !== '',
  );
  const numeric = [file.pid, file.build, file.apiVersion].every((part) => Number.isSafeInteger(part));
  return textual && numeric ? (value as DaemonFile) : undefined;
}

/** Whether build `a` is strictly newer than build `b`: by semantic version (pre-releases by their text), then by build time. */
export function isNewer(a: { version: string; build: number }, b: { version: string; build: number }): boolean {
  const byVersion = compareVersions(a.version, b.version);
  return byVersion === 0 ? a.build > b.build : byVersion > 0;
}

/** Order of two semantic versions, as in semver.org 2.0.0 section 11 but comparing pre-release tags as text. */
export function compareVersions(a: string, b: string): number {
  const [coreA = '', ...preA] = a.split('-');
  const [coreB = '', ...preB] = b.split('-');
  const partsB = coreB.split('.');
  for (const [index, part] of coreA.split('.').entries()) {
    const difference = Number(part) - Number(partsB[index] ?? 0);
    if (Number.isFinite(difference) && difference !== 0) return Math.sign(difference);
  }
  const tagA = preA.join('-');
  const tagB = preB.join('-');
  if (tagA === tagB) return 0;
  if (tagA === '') return 1;
  if (tagB === '') return -1;
  return tagA < tagB ? -1 : 1;
}
