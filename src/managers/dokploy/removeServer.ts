import { DevyardError } from '../shared/errors.ts';
import type { Connections } from './connections.ts';
import type { DokployEvent, DokployServer } from './model.ts';
import type { Servers } from './servers.ts';
import type { Survey } from './survey.ts';
import type { Workspaces } from './workspaces.ts';

interface RemovalPorts {
  readonly servers: Servers;
  readonly workspaces: Workspaces;
  readonly survey: Survey;
  readonly connections: Connections;
  readonly isBusy: (workspaceId: string) => boolean;
  readonly observe: (event: DokployEvent) => Promise<unknown>;
  readonly onProblem: (error: unknown) => void;
}

/** Forgets a server and its workspaces here. Rejects `busy`, and leaves everything as it is when it cannot be written. */
export async function removeServer(id: string, ports: RemovalPorts): Promise<DokployServer> {
  const { servers, workspaces, survey, connections, isBusy, observe, onProblem } = ports;
  const server = servers.get(id);
  const own = workspaces.ofServer(id);
  const busy = own.find((workspace) => isBusy(workspace.id));
  if (busy !== undefined) {
    throw new DevyardError('busy', `“${busy.definition.name}” is being worked on.`, {
      hint: 'Wait until that has ended, or cancel it.',
    });
  }
  // From here on nobody finds them, so that no work on them begins.
  for (const workspace of own) workspaces.drop(workspace.id);
  await survey.forget(id);
  try {
    await servers.remove(id);
  } catch (error) {
    for (const workspace of own) workspaces.add(workspace);
    throw error;
  }
  for (const workspace of own) {
    workspace.forget();
    await observe({ type: 'dokploy.workspaceRemoved', id: workspace.id });
    // What is left of it here, the next daemon finds.
    await connections.forget(workspace).catch(onProblem);
  }
  await workspaces.dropForeign(id);
  return server.snapshot;
}
