import { z } from 'zod';
import { mutation, type Procedures, query, RpcError } from '../rpc.ts';
import { rowOf } from '../state.ts';
import type { World } from '../world.ts';
import { idText, showServer } from './common.ts';

/** False for owners, who may do everything (recorded answer 10). */
const flags = {
  canCreateProjects: false,
  canAccessToSSHKeys: false,
  canCreateServices: false,
  canDeleteProjects: false,
  canDeleteServices: false,
  canAccessToDocker: false,
  canAccessToAPI: false,
  canAccessToGitProviders: false,
  canAccessToTraefikFiles: false,
  canDeleteEnvironments: false,
  canCreateEnvironments: false,
};

export function settingsProcedures({ state, swarm, compose, keys, publicIp }: World): Procedures {
  const server = z.string().optional();
  return {
    'settings.health': query(z.unknown(), () => ({ status: 'ok' })),
    'settings.getDokployVersion': query(z.unknown(), () => 'v0.30.2'),
    'settings.getIp': query(z.unknown(), () => publicIp),
    'user.get': query(z.unknown(), (_, key) => ({
      id: 'member',
      organizationId: state.organizationId,
      userId: 'user',
      role: keys.member(key) === undefined ? 'owner' : 'member',
      ...flags,
      ...keys.member(key),
      isDefault: true,
      user: { id: 'user', email: 'admin@example.com', firstName: 'Admin', lastName: '', apiKeys: keys.list() },
    })),
    'server.all': query(z.unknown(), () =>
      [...state.servers.values()]
        .toReversed()
        .map((row) => ({ ...showServer(row, state.organizationId), totalSum: 0 })),
    ),
    'server.withSSHKey': query(z.unknown(), () =>
      [...state.servers.values()].toReversed().map((row) => showServer(row, state.organizationId)),
    ),
    'server.one': query(z.object({ serverId: idText }), ({ serverId }) =>
      showServer(rowOf(state.servers, serverId, 'Server'), state.organizationId),
    ),
    // Both answer an empty list for what they do not find.
    'docker.getServiceContainersByAppName': query(z.object({ appName: idText, serverId: server }), (input) =>
      swarm.rows(input.appName, input.serverId ?? null),
    ),
    'docker.getContainersByAppNameMatch': query(
      z.object({ appName: idText, appType: z.enum(['stack', 'docker-compose']).optional(), serverId: server }),
      ({ appName, appType, serverId = null }) => (appType === 'stack' ? [] : compose.rows(appName, serverId)),
    ),
    'docker.restartContainer': mutation(z.object({ containerId: idText }), async ({ containerId }) => {
      const machine = compose.machineOf(containerId) ?? swarm.machineOf(containerId);
      if (machine === undefined) throw new RpcError('INTERNAL_SERVER_ERROR', 'No such container');
      await machine.stop(0);
      await machine.start();
      return undefined;
    }),
  };
}
