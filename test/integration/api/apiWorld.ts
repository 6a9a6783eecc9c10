import path from 'node:path';
import { createApiServer, type ApiServer } from '../../../src/api/server/server.ts';
import { temporaryFolder, token } from './fakes.ts';
import { createWorld, type World } from './world.ts';

export const bearer = { Authorization: `Bearer ${token}` };
export const json = { ...bearer, 'Content-Type': 'application/json' };

/** An API server over fakes, on a socket and on TCP. */
export interface ApiWorld extends World {
  readonly api: ApiServer;
  readonly socket: { readonly socketPath: string };
  readonly tcp: { readonly host: string; readonly port: number };
  readonly folder: string;
  close(): Promise<void>;
}

export async function startApi(change: (world: World) => World = (world) => world): Promise<ApiWorld> {
  const folder = await temporaryFolder();
  const world = change(createWorld());
  const api = await createApiServer(world.deps);
  const socket = { socketPath: path.join(folder.path, 's') };
  await api.listenSocket(socket.socketPath);
  const tcp = { host: '127.0.0.1', port: Number(new URL(await api.listenTcp('127.0.0.1', 0)).port) };
  const close = async (): Promise<void> => {
    await api.close();
    await folder.remove();
  };
  return { ...world, api, socket, tcp, folder: folder.path, close };
}
