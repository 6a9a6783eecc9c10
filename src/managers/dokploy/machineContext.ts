import { v7 as uuidv7 } from 'uuid';
import type { JobWork } from '../shared/jobs/types.ts';
import type { Connections } from './connections.ts';
import type { DokployContext } from './context.ts';
import { finishing } from './finishing.ts';
import type { MachineContext } from './machines/types.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import type { Servers } from './servers.ts';

/** What a job on a workspace has to do with. Rejects when its server is not known any more, or its key is gone. */
export async function machineContextOf(
  { clock }: Pick<DokployContext, 'clock'>,
  { connections, servers }: { readonly connections: Connections; readonly servers: Servers },
  workspace: ManagedWorkspace,
  { signal, step, suspended }: JobWork,
): Promise<MachineContext> {
  const server = servers.get(workspace.definition.serverId);
  const daemonEnds = new AbortController();
  signal.addEventListener('abort', () => {
    if (suspended()) daemonEnds.abort(signal.reason);
  });
  return {
    api: finishing(await server.api(), daemonEnds.signal),
    clock,
    host: server.host,
    uniqueId: uuidv7,
    login: (endpoint, loginSignal) => connections.login(workspace, endpoint, loginSignal),
    signal,
    step,
    // Logs may hold what is nobody's business; they are read where they are.
    log: () => undefined,
  };
}
