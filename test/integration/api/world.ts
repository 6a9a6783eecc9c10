import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DaemonInfo } from '../../../src/api/contract/daemon.ts';
import type { Settings } from '../../../src/api/contract/settings.ts';
import type { PassingEvent, ServerDeps } from '../../../src/api/server/deps.ts';
import { Emitter } from '../../../src/managers/shared/emitter.ts';
import { FakeDevServers } from './fakeDevServers.ts';
import { FakeDokploy } from './fakeDokploy.ts';
import { fakeConfig, FakeJobs, fakeUploads } from './fakeJobs.ts';
import { FakeClock, FakeCodeServers, FakeEventLog, token } from './fakes.ts';

export interface World {
  readonly deps: ServerDeps;
  readonly codeServers: FakeCodeServers;
  readonly devServers: FakeDevServers;
  readonly dokploy: FakeDokploy;
  readonly windows: number[];
  readonly events: FakeEventLog;
  readonly clock: FakeClock;
  readonly passing: Emitter<PassingEvent>;
  readonly jobs: FakeJobs;
  readonly problems: string[];
  readonly clients: number[];
  readonly daemonCalls: unknown[];
}

export const settings: Settings = {
  codeServerPath: '',
  portRange: { start: 8010, end: 8100 },
  startTimeoutSeconds: 60,
  stopGraceSeconds: 10,
  extensionGallery: '',
  devboxConfigPath: '',
  codeServerAccess: 'devyard',
  devServerTools: {},
  devServerGraceSeconds: 60,
};

export function createWorld(): World {
  const jobs = new FakeJobs();
  const codeServers = new FakeCodeServers(jobs);
  const devServers = new FakeDevServers();
  const dokploy = new FakeDokploy(jobs);
  const events = new FakeEventLog();
  const clock = new FakeClock();
  const passing = new Emitter<PassingEvent>();
  const problems: string[] = [];
  const clients: number[] = [];
  const windows: number[] = [];
  const daemonCalls: unknown[] = [];
  const engine = { status: 'ready', path: '/bin/code-server', version: '4.1.0', source: 'path' } as const;
  const info: DaemonInfo = {
    version: '0.1.0',
    build: 1,
    apiVersion: 1,
    pid: 1,
    startedAt: 1,
    hostId: 'host-1',
    dataDir: '/d',
    logFile: '/d/log',
    runtime: 'node',
    socket: '/s',
    urls: [],
    binDir: '/b',
    problems: [],
  };
  const deps: ServerDeps = {
    codeServers,
    devServers,
    dokploy,
    engines: { get: async () => engine, install: async () => engine, cancelInstall: async () => engine },
    events,
    jobs,
    config: fakeConfig,
    uploads: fakeUploads(path.join(tmpdir(), 'devyard-no-uploads')),
    onTransient: passing.on,
    settings: { get: () => settings, patch: async (changes) => Object.assign({}, settings, changes) },
    daemon: {
      info: () => info,
      log: async (lines) => [`asked for ${lines}`],
      handOver: async (build) => void daemonCalls.push(['handOver', build]),
      stop: async (options) => void daemonCalls.push(['stop', options]),
    },
    tickets: {
      mintTicket: (id, folder, host) => ({ url: `http://ticket/${id}?${folder ?? ''}&${host ?? ''}`, expiresAt: 5 }),
      mintProxyTicket: (id, base, folder) => ({ url: `${base}/${id}?${folder ?? ''}`, expiresAt: 5 }),
    },
    passages: { onPort: () => undefined },
    token,
    onClients: (count) => clients.push(count),
    onWindows: (count) => windows.push(count),
    onProblem: (message) => problems.push(message),
    clock,
  };
  return {
    deps,
    codeServers,
    devServers,
    dokploy,
    windows,
    events,
    clock,
    passing,
    jobs,
    problems,
    clients,
    daemonCalls,
  };
}
