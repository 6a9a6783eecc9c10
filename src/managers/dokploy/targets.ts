import type { DokployApi } from './api/types.ts';
import { projectViews } from './listing.ts';
import type { ServerTargets } from './model.ts';
import type { ServerLink } from './serverLink.ts';

/** What a workspace can be made on, read now. */
export async function targetsOf(
  api: DokployApi,
  { host }: Pick<ServerLink, 'host'>,
  signal?: AbortSignal,
): Promise<ServerTargets> {
  const [projects, servers] = await Promise.all([api.projects({ signal }), api.targetServers({ signal })]);
  return {
    projects: projectViews(projects),
    targets: [
      { id: null, name: 'Dokploy', address: host },
      ...servers.map(({ serverId, name, ipAddress }) => ({ id: serverId, name, address: ipAddress })),
    ],
  };
}
