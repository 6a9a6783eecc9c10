import type { CodeServer, CodeServerState } from '../../../src/api/contract/codeServers.ts';
import type { Job } from '../../../src/api/contract/jobs.ts';
import type { DaemonInfo } from '../../../src/api/contract/daemon.ts';
import type { Localizer } from '../../../src/views/shared/l10n.ts';

/** English as it stands in the code, like the editor without a language pack. */
export const l10n: Localizer = {
  t: (message, ...args) => message.replaceAll(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)])),
};

export const run = {
  runId: '01890000-0000-7000-8000-0000000000ff',
  pid: 4711,
  startedAt: 1000,
  adopted: false,
  access: 'devyard',
} as const;
export const running: CodeServerState = { status: 'running', run };
export const failed: Extract<CodeServerState, { status: 'failed' }> = {
  status: 'failed',
  at: 0,
  reason: 'code-server ended with exit code 1',
  hint: 'Read its log, then start it again.',
  exitCode: 1,
  signal: null,
  lastLines: ['Error: no such option'],
};

export const states: readonly CodeServerState[] = [
  { status: 'creating' },
  { status: 'stopped' },
  { status: 'starting', since: 0, step: 'waiting for /healthz' },
  running,
  { status: 'unhealthy', run, reason: 'no answer for 30 s', since: 0 },
  { status: 'stopping', since: 0 },
  failed,
];

export function codeServer(
  name: string,
  state: CodeServerState = { status: 'stopped' },
  more: Partial<CodeServer> = {},
): CodeServer {
  return {
    id: `id-${name}`,
    name,
    folder: `/work/${name}`,
    folderOwned: true,
    port: 8010,
    url: 'http://127.0.0.1:8010/',
    createdAt: 0,
    args: [],
    env: {},
    memoryLimitMb: null,
    origin: { type: 'empty' },
    extensions: [],
    extensionGroups: [],
    autoStart: false,
    stopWhenIdleMinutes: null,
    hostId: 'host',
    state,
    metrics: null,
    ...more,
  };
}

export function daemonInfo(pid: number): DaemonInfo {
  return {
    version: '1.0.0',
    build: 1,
    apiVersion: 1,
    pid,
    startedAt: pid,
    hostId: 'host',
    dataDir: '/data',
    logFile: '/data/daemon.log',
    runtime: 'node v24',
    socket: '/data/socket',
    urls: [],
    binDir: '/data/bin',
    problems: [],
  };
}

export function job(
  resource: string,
  state: Job['state'] = { status: 'running', step: 'waiting for its turn', fraction: null },
  more: Partial<Job> = {},
): Job {
  return {
    id: `job-${resource}`,
    kind: 'codeServer.create',
    resourceId: `id-${resource}`,
    title: `Create “${resource}”`,
    createdAt: 0,
    items: [],
    state,
    ...more,
  };
}
