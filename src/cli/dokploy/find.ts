import { ApiError } from '../../api/client/transport.ts';
import type { DokployServer, Workspace } from '../../api/contract/dokploy.ts';
import type { DaemonLink } from '../daemonLink.ts';
import { UsageError } from '../output.ts';

/** A server by its id, or by its name where only one has it; without either the only one there is. */
export async function findServer(daemon: DaemonLink, idOrName: string | undefined): Promise<DokployServer> {
  const servers = await daemon.call('dokploy.servers', {});
  const found = idOrName === undefined ? servers : matching(servers, idOrName);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined) {
    throw new ApiError({
      code: 'not-found',
      status: 404,
      message: idOrName === undefined ? 'There is no Dokploy server yet.' : `There is no Dokploy server “${idOrName}”.`,
      hint:
        servers.length === 0
          ? 'Add one: devyard dokploy server add URL'
          : 'Run “devyard dokploy server list” to see what there is.',
    });
  }
  if (idOrName !== undefined)
    throw new UsageError(`${String(found.length)} Dokploy servers are called “${idOrName}”; give the id.`);
  const names = servers.map(({ name }) => `“${name}”`).join(', ');
  throw new UsageError(`There are several Dokploy servers (${names}): say which with --server.`);
}

function matching(servers: readonly DokployServer[], idOrName: string): readonly DokployServer[] {
  const byId = servers.find(({ id }) => id === idOrName);
  return byId === undefined ? servers.filter(({ name }) => name === idOrName) : [byId];
}

/** A workspace by its id or its name. Rejects `not-found`, and `conflict` where several have that name. */
export function findWorkspace(daemon: DaemonLink, idOrName: string): Promise<Workspace> {
  return daemon.call('dokploy.get', { params: { id: idOrName }, query: {} });
}
