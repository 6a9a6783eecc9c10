import type {
  DokployServer,
  Workspace,
  WorkspaceForward,
  WorkspaceState,
} from '../../../../src/api/contract/dokploy.ts';
import type { Job } from '../../../../src/api/contract/jobs.ts';
import { dokployFrom, emptyDokploy } from '../../../../src/views/shared/dokployState.ts';
import { emptySnapshot, type Snapshot, withDokploy, withJobs } from '../../../../src/views/shared/snapshot.ts';

export const failed: Extract<WorkspaceState, { status: 'failed' }> = {
  status: 'failed',
  reason: 'The image was not found.',
  hint: 'Its deploy log says more.',
  lastLines: ['Error: pull access denied'],
};

export const workspaceStates: readonly WorkspaceState[] = [
  { status: 'unverified', reason: 'Its tasks were not asked for yet.' },
  { status: 'deploying', since: 0, step: 'pulling the image' },
  { status: 'running', node: 'node1' },
  { status: 'stopped' },
  failed,
  { status: 'gone' },
];

export const offered = {
  fingerprint: 'AB:CD',
  subject: 'CN=dokploy',
  issuer: 'CN=dokploy',
  validFrom: 'Jan  1 00:00:00 2026 GMT',
  validTo: 'Jan  1 00:00:00 2027 GMT',
} as const;

/** A server that was read at the moment 0. */
export function server(name: string, more: Partial<DokployServer> = {}): DokployServer {
  return {
    id: `s-${name}`,
    name,
    url: `https://${name}.example.com`,
    certificate: null,
    connection: { status: 'connected', version: 'v0.30.2' },
    checkedAt: 0,
    projects: [
      { id: 'p1', name: 'devpod-workspaces', environments: [{ id: 'e1', name: 'production', isDefault: true }] },
    ],
    createdAt: 0,
    hostId: 'host',
    ...more,
  };
}

/** On the server `home`, in its only environment. */
export function workspace(
  name: string,
  state: WorkspaceState = { status: 'stopped' },
  more: Partial<Workspace> = {},
): Workspace {
  return {
    id: `w-${name}`,
    serverId: 's-home',
    name,
    managed: 'created',
    kind: 'application',
    serviceId: `service-${name}`,
    appName: `${name}-abc123`,
    project: { id: 'p1', name: 'devpod-workspaces' },
    environment: { id: 'e1', name: 'production' },
    target: null,
    state,
    endpoint: { host: 'home.example.com', port: 2222, user: 'dev' },
    hostKey: null,
    publicKey: null,
    sshAlias: `devyard-${name}`,
    image: 'debian:12',
    registry: null,
    cpus: null,
    memoryMb: null,
    envNames: [],
    volumes: [],
    ports: [],
    idleStopMinutes: null,
    forwardAgent: false,
    repository: null,
    domains: [],
    forwards: [],
    dashboardUrl: null,
    createdAt: 0,
    hostId: 'host',
    ...more,
  };
}

export function forward(remotePort: number, more: Partial<WorkspaceForward> = {}): WorkspaceForward {
  const localPort = 8080;
  const url = `http://127.0.0.1:${String(localPort)}/`;
  return { id: `f${String(remotePort)}`, localPort, remoteHost: '127.0.0.1', remotePort, state: 'open', url, ...more };
}

export function work(
  name: string,
  state: Job['state'] = { status: 'running', step: 'waiting for SSH', fraction: null },
  kind = 'dokploy.start',
): Job {
  return { id: `job-${name}`, kind, resourceId: `w-${name}`, title: `Start “${name}”`, createdAt: 0, items: [], state };
}

export function snapshotOf(
  servers: readonly DokployServer[],
  workspaces: readonly Workspace[],
  jobs: readonly Job[] = [],
): Snapshot {
  return withJobs(withDokploy(emptySnapshot, { servers, workspaces }).snapshot, jobs).snapshot;
}

export function stateOf(servers: readonly DokployServer[], workspaces: readonly Workspace[]): typeof emptyDokploy {
  return dokployFrom(emptyDokploy, { servers, workspaces }).state;
}
