import { ApiError } from '../../api/client/transport.ts';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { DaemonLink } from '../daemonLink.ts';

/** Waits for a code-server that is being started. Throws ApiError with what came instead. */
export async function untilItRuns(daemon: DaemonLink, id: string): Promise<CodeServer> {
  const stop = new AbortController();
  try {
    for await (const { event } of daemon.events(undefined, stop.signal)) {
      if (event.type === 'codeServer.deleted' && event.id === id) break;
      const server =
        event.type === 'hello'
          ? await daemon.call('codeServers.get', { params: { id } })
          : event.type === 'codeServer.changed' && event.codeServer.id === id
            ? event.codeServer
            : undefined;
      if (server !== undefined && hasSettled(server)) return server;
    }
  } finally {
    stop.abort();
  }
  throw new ApiError({ code: 'unavailable', status: 0, message: 'The daemon ended, or the code-server was deleted.' });
}

function hasSettled({ name, state }: CodeServer): boolean {
  switch (state.status) {
    case 'creating':
    case 'starting':
      return false;
    case 'running':
      return true;
    case 'failed':
      throw startFailed(
        `“${name}” did not start: ${state.reason}.`,
        state.hint ?? `Read its log: devyard code-server logs "${name}"`,
      );
    case 'unhealthy':
      throw startFailed(`“${name}” has a process but ${state.reason}.`, 'Read its log, or stop it.');
    case 'stopped':
    case 'stopping':
      throw startFailed(`“${name}” was stopped before it ran.`, 'Start it again.');
  }
}

function startFailed(message: string, hint: string): ApiError {
  return new ApiError({ code: 'start-failed', status: 502, message, hint });
}
