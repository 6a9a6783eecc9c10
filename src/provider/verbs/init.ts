import { testServer } from '../../managers/dokploy/api/testServer.ts';
import type { DokployApi } from '../../managers/dokploy/api/types.ts';
import { print, type RunVerb } from '../call.ts';
import { connectionOptions } from '../connectionOptions.ts';
import { machineOptions } from '../machineOptions.ts';
import { wrong } from '../readers.ts';
import { withServer } from '../withServer.ts';

/**
 * Checks every option, then the server and the key. DevPod runs it whenever an option changes, and shows as errors what it
 * hears on stderr.
 */
export const init: RunVerb = async (call) => {
  const { env, log, clock, signal } = call;
  const connection = connectionOptions(env);
  const { serverId } = machineOptions(env);
  return withServer(call, connection, async (api, keys) => {
    const tested = await testServer(api, { history: await keys.read(), now: clock.now(), signal });
    // It only makes later words more exact.
    await keys.write(tested.history).catch((error: unknown) => log.debug(String(error)));
    if (tested.failure !== undefined) throw tested.failure;
    for (const note of tested.notes) print(call, note);
    if (serverId !== null) await requireServer(api, serverId, signal);
    print(call, `Dokploy ${tested.version} answers at ${connection.url}.`);
    return 0;
  });
};

async function requireServer(api: DokployApi, wanted: string, signal: AbortSignal): Promise<void> {
  const servers = await api.targetServers({ signal });
  if (servers.some(({ serverId }) => serverId === wanted)) return;
  const known = servers.map(({ serverId, name }) => `${serverId} (${name})`).join(', ');
  throw wrong('DOKPLOY_SERVER_ID', 'is no server of this Dokploy', `It has ${known === '' ? 'none' : known}.`);
}
