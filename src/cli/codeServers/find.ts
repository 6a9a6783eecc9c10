import { ApiError } from '../../api/client/transport.ts';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { DaemonLink } from '../daemonLink.ts';
import { UsageError } from '../output.ts';

/** A code-server by its id, or by its name where only one has it. */
export async function findServer(daemon: DaemonLink, idOrName: string): Promise<CodeServer> {
  const servers = await daemon.call('codeServers.list', {});
  const byId = servers.find((server) => server.id === idOrName);
  if (byId !== undefined) return byId;
  const [only, ...others] = servers.filter((server) => server.name === idOrName);
  if (only === undefined) {
    throw new ApiError({
      code: 'not-found',
      status: 404,
      message: `There is no code-server “${idOrName}”.`,
      hint: 'Run “devyard code-server list” to see what there is.',
    });
  }
  if (others.length > 0)
    throw new UsageError(`${String(others.length + 1)} code-servers are called “${idOrName}”; give the id.`);
  return only;
}
