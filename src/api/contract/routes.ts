/**
 * Method and path of every operation: plain data, so that clients need no schema library at run time.
 * `{name}` marks a path parameter. Schemas of the same keys are in operations.ts.
 */
export const routes = {
  'daemon.get': ['GET', '/api/daemon'],
  'daemon.log': ['GET', '/api/daemon/log'],
  'daemon.handOver': ['POST', '/api/daemon/hand-over'],
  'daemon.stop': ['POST', '/api/daemon/stop'],
  'settings.get': ['GET', '/api/settings'],
  'settings.patch': ['PATCH', '/api/settings'],
  'codeServers.list': ['GET', '/api/code-servers'],
  'codeServers.create': ['POST', '/api/code-servers'],
  'codeServers.get': ['GET', '/api/code-servers/{id}'],
  'codeServers.patch': ['PATCH', '/api/code-servers/{id}'],
  'codeServers.delete': ['DELETE', '/api/code-servers/{id}'],
  'codeServers.start': ['POST', '/api/code-servers/{id}/start'],
  'codeServers.stop': ['POST', '/api/code-servers/{id}/stop'],
  'codeServers.restart': ['POST', '/api/code-servers/{id}/restart'],
  'codeServers.open': ['POST', '/api/code-servers/{id}/open'],
  'codeServers.logs': ['GET', '/api/code-servers/{id}/logs'],
  'codeServers.metrics': ['GET', '/api/code-servers/{id}/metrics'],
  'codeServers.duplicate': ['POST', '/api/code-servers/{id}/duplicate'],
  'codeServers.installExtensions': ['POST', '/api/code-servers/{id}/extensions'],
  'codeServers.applySettings': ['POST', '/api/code-servers/{id}/settings'],
  'codeServers.fillWorkspace': ['POST', '/api/code-servers/{id}/workspace'],
  'devServers.list': ['GET', '/api/dev-servers'],
  'devServers.add': ['POST', '/api/dev-servers'],
  'devServers.propose': ['POST', '/api/dev-servers/propose'],
  'devServers.check': ['POST', '/api/dev-servers/check'],
  'devServers.get': ['GET', '/api/dev-servers/{id}'],
  'devServers.delete': ['DELETE', '/api/dev-servers/{id}'],
  'devServers.trust': ['POST', '/api/dev-servers/{id}/trust'],
  'devServers.start': ['POST', '/api/dev-servers/{id}/start'],
  'devServers.stop': ['POST', '/api/dev-servers/{id}/stop'],
  'devServers.restart': ['POST', '/api/dev-servers/{id}/restart'],
  'devServers.rebuild': ['POST', '/api/dev-servers/{id}/rebuild'],
  'devServers.logs': ['GET', '/api/dev-servers/{id}/logs'],
  'devServers.external': ['GET', '/api/dev-servers/{id}/external'],
  'devServers.type': ['POST', '/api/dev-servers/{id}/processes/{process}/terminal'],
  'jobs.list': ['GET', '/api/jobs'],
  'jobs.get': ['GET', '/api/jobs/{id}'],
  'jobs.cancel': ['DELETE', '/api/jobs/{id}'],
  'config.get': ['GET', '/api/config'],
  'config.check': ['POST', '/api/config/check'],
  'engine.get': ['GET', '/api/code-server-engine'],
  'engine.install': ['POST', '/api/code-server-engine/install'],
  'engine.cancel': ['DELETE', '/api/code-server-engine/install'],
} as const satisfies Record<string, readonly [method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: `/${string}`]>;

export type OperationId = keyof typeof routes;

/**
 * Server-sent events: numbered state events and unnumbered metrics. Query: `after`, header: `Last-Event-ID`. With
 * `window=true` an editor window says that it is there; with `devServerLogs=all`, or ids, the log lines of projects come too.
 */
export const eventStreamPath = '/api/events';
/** Server-sent log batches of one code-server. Query: `after` (sequence number). */
export const logStreamPath = (id: string): string => `/api/code-servers/${encodeURIComponent(id)}/logs/stream`;
/** Server-sent log batches of one project. Query: `after` (sequence number). */
export const devServerLogStreamPath = (id: string): string => `/api/dev-servers/${encodeURIComponent(id)}/logs/stream`;
/** What a process with a terminal writes, as it comes, after the newest of what it wrote before. */
export const devServerTerminalPath = (id: string, process: string): string =>
  `/api/dev-servers/${encodeURIComponent(id)}/processes/${encodeURIComponent(process)}/terminal`;
/** The whole log of one code-server as plain text. */
export const logTextPath = (id: string): string => `/api/code-servers/${encodeURIComponent(id)}/logs.txt`;

/** Raised whenever an older client could no longer understand the daemon. */
export const apiVersion = 1;
