import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../managers/shared/clock.ts';
import type { ServerDeps } from '../deps.ts';
import { registerCatalog } from './catalog.ts';
import { createCreation } from './creation.ts';
import { registerExtensions } from './extensions.ts';
import { registerServers } from './servers.ts';
import { registerWorkspaces } from './workspaces.ts';

/** The paths of the original server with the bodies it had, so that its clients work on with nothing added but the token. */
export async function registerLegacy(
  app: FastifyInstance,
  { codeServers, jobs, config, uploads }: ServerDeps,
  clock: Clock,
): Promise<void> {
  const creation = createCreation(codeServers, jobs, clock);
  const parts = { codeServers, jobs, config, uploads, creation, clock };
  registerCatalog(app, parts);
  registerServers(app, parts);
  registerExtensions(app, parts);
  await registerWorkspaces(app, parts);
}
