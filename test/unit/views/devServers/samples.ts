import type { BuildProblemView, DevBuild, DevProcess, DevServer } from '../../../../src/api/contract/devServers.ts';

export const processRun = {
  runId: '01890000-0000-7000-8000-0000000000fe',
  pid: 4711,
  startedAt: 1000,
  adopted: false,
  port: 15_173,
  url: 'http://127.0.0.1:15173/',
  debugPort: null,
} as const;

export const crashed: Extract<DevProcess['state'], { status: 'error' }> = {
  status: 'error',
  at: 0,
  reason: 'ended with exit code 1',
  exitCode: 1,
  signal: null,
  lastLines: ['Error: boom'],
  attempt: 1,
};

export const processStates: readonly DevProcess['state'][] = [
  { status: 'idle' },
  { status: 'starting', since: 0, step: 'installing' },
  { status: 'running', run: processRun, waitingFor: ['http /'] },
  { status: 'ready', run: processRun, readyAt: 2000 },
  crashed,
  { ...crashed, retryAt: 4000 },
  { status: 'stopped', at: 0 },
];

/** 10:32 of some day, wherever the test runs. */
export const builtAt = new Date(2026, 10, 21, 10, 32).getTime();

export const buildStates: readonly DevBuild['state'][] = [
  { status: 'idle' },
  { status: 'starting', since: 0, step: 'waiting for ui' },
  { status: 'building', since: 0, step: 'go build' },
  { status: 'ready', at: builtAt, durationMs: 1234 },
  { status: 'error', at: builtAt, reason: 'go build failed', durationMs: 900 },
  { status: 'stopped', at: 0 },
];

export function problem(message: string, more: Partial<BuildProblemView> = {}): BuildProblemView {
  return { file: '/work/demo/pkg/main.go', line: 3, column: 7, message, severity: 'error', source: 'go', ...more };
}

export function devProcess(
  name: string,
  state: DevProcess['state'] = { status: 'idle' },
  more: Partial<DevProcess> = {},
): DevProcess {
  return { name, dependsOn: [], tty: false, debug: null, state, ...more };
}

export function devBuild(
  name: string,
  state: DevBuild['state'] = { status: 'idle' },
  problems: readonly BuildProblemView[] = [],
): DevBuild {
  return { name, dependsOn: [], watching: true, state, problems };
}

/** A project as the daemon tells it; mode and status follow from its parts where they are not given. */
export function devServer(pluginID: string, more: Partial<DevServer> = {}): DevServer {
  const { processes = [], builds = [] } = more;
  const statuses = [...processes, ...builds].map(({ state }) => state.status);
  const order = ['error', 'building', 'starting', 'running', 'ready', 'stopped', 'idle'] as const;
  const status = order.find((one) => statuses.includes(one)) ?? 'idle';
  return {
    id: `id-${pluginID}`,
    pluginID,
    mode: status === 'idle' || status === 'stopped' ? 'idle' : 'managed',
    devPath: `/work/${pluginID}`,
    status,
    stopping: false,
    manifest: `/work/${pluginID}/devyard.yaml`,
    preset: null,
    trusted: true,
    manifestHash: 'hash',
    manifestChanged: false,
    keepRunning: false,
    processes,
    builds,
    external: null,
    createdAt: 0,
    hostId: 'host',
    ...more,
  };
}
