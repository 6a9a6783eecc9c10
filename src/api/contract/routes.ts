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
  'dokploy.servers': ['GET', '/api/dokploy/servers'],
  'dokploy.addServer': ['POST', '/api/dokploy/servers'],
  'dokploy.server': ['GET', '/api/dokploy/servers/{id}'],
  'dokploy.patchServer': ['PATCH', '/api/dokploy/servers/{id}'],
  'dokploy.removeServer': ['DELETE', '/api/dokploy/servers/{id}'],
  'dokploy.testServer': ['POST', '/api/dokploy/servers/{id}/test'],
  'dokploy.targets': ['GET', '/api/dokploy/servers/{id}/targets'],
  'dokploy.list': ['GET', '/api/dokploy/workspaces'],
  'dokploy.create': ['POST', '/api/dokploy/workspaces'],
  'dokploy.get': ['GET', '/api/dokploy/workspaces/{id}'],
  'dokploy.patch': ['PATCH', '/api/dokploy/workspaces/{id}'],
  'dokploy.delete': ['DELETE', '/api/dokploy/workspaces/{id}'],
  'dokploy.start': ['POST', '/api/dokploy/workspaces/{id}/start'],
  'dokploy.stop': ['POST', '/api/dokploy/workspaces/{id}/stop'],
  'dokploy.restart': ['POST', '/api/dokploy/workspaces/{id}/restart'],
  'dokploy.redeploy': ['POST', '/api/dokploy/workspaces/{id}/redeploy'],
  'dokploy.adopt': ['POST', '/api/dokploy/workspaces/{id}/adopt'],
  'dokploy.forgetHostKey': ['DELETE', '/api/dokploy/workspaces/{id}/host-key'],
  'dokploy.forward': ['POST', '/api/dokploy/workspaces/{id}/forwards'],
  'dokploy.removeForward': ['DELETE', '/api/dokploy/workspaces/{id}/forwards'],
  'dokploy.logs': ['GET', '/api/dokploy/workspaces/{id}/logs'],
  'dokploy.look': ['POST', '/api/dokploy/look'],
  'dokploy.sshConfig': ['GET', '/api/dokploy/ssh-config'],
  'dokploy.includeSshConfig': ['POST', '/api/dokploy/ssh-config/include'],
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
/**
 * Runs a command in a workspace. A JSON body (`{command, input?}`) is answered with one JSON object a line: `{"stdout"}` and
 * `{"stderr"}` in base64, at last `{"exit"}` or `{"error"}`. A body of execFramesType carries frames both ways at once:
 * first the command, then its input; see execFrames.ts.
 */
export const workspaceExecPath = (id: string): string => `/api/dokploy/workspaces/${encodeURIComponent(id)}/exec`;
/** Content type of frames: one byte for the kind, four for the length (big-endian), then so many bytes. */
export const execFramesType = 'application/vnd.devyard.exec-frames';
/**
 * A log of a workspace as text that goes on as it is written. Query: `source`, `tail`. What ended it before its time is in
 * the trailer `logErrorTrailer`: the body of an error answer as percent-encoded JSON.
 */
export const workspaceLogStreamPath = (id: string): string =>
  `/api/dokploy/workspaces/${encodeURIComponent(id)}/logs/stream`;
export const logErrorTrailer = 'Devyard-Error';
/**
 * WebSocket: bytes of a terminal both ways; a text message `{"columns":80,"rows":24}` says its size. Query: the first size.
 * The last message is text, too: `{"exit"}` or `{"error"}`.
 */
export const workspaceTerminalPath = (id: string): string =>
  `/api/dokploy/workspaces/${encodeURIComponent(id)}/terminal`;
/** The whole log of one code-server as plain text. */
export const logTextPath = (id: string): string => `/api/code-servers/${encodeURIComponent(id)}/logs.txt`;

/** Raised whenever an older client could no longer understand the daemon. */
export const apiVersion = 1;
