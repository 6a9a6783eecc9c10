import type { Dokploy } from '../../managers/dokploy/ports.ts';
import { DevyardError } from '../../managers/shared/errors.ts';
import type { OperationId } from '../contract/routes.ts';
import type { Handlers } from './handlers.ts';

type DokployHandlers = Pick<Handlers, Extract<OperationId, `dokploy.${string}`>>;

/** What the daemon does for the operations of Dokploy servers and workspaces. */
export function dokployHandlers(dokploy: Dokploy): DokployHandlers {
  return {
    'dokploy.servers': () => dokploy.servers(),
    'dokploy.addServer': ({ body }) => dokploy.addServer(body),
    'dokploy.server': ({ params }) => dokploy.server(params.id),
    'dokploy.patchServer': ({ params, body }) => dokploy.patchServer(params.id, body),
    'dokploy.removeServer': ({ params }) => dokploy.removeServer(params.id),
    'dokploy.testServer': ({ params, signal }) => dokploy.testServer(params.id, signal),
    'dokploy.targets': ({ params, signal }) => dokploy.targets(params.id, signal),
    'dokploy.list': ({ query }) => (query.refresh === true ? dokploy.refresh() : dokploy.workspaces()),
    'dokploy.create': ({ body, idempotencyKey }) => dokploy.create(body, idempotencyKey),
    'dokploy.get': ({ params, query }) =>
      query.refresh === true ? dokploy.refreshWorkspace(params.id) : dokploy.workspace(params.id),
    'dokploy.patch': ({ params, body }) => dokploy.change(params.id, body),
    'dokploy.delete': ({ params, query }) => dokploy.remove(params.id, query),
    'dokploy.start': ({ params }) => dokploy.start(params.id),
    'dokploy.stop': ({ params }) => dokploy.stop(params.id),
    'dokploy.restart': ({ params }) => dokploy.restart(params.id),
    'dokploy.redeploy': ({ params }) => dokploy.redeploy(params.id),
    'dokploy.adopt': ({ params, body }) => dokploy.adopt(params.id, body),
    'dokploy.forgetHostKey': ({ params }) => dokploy.forgetHostKey(params.id),
    'dokploy.forward': ({ params, body }) => dokploy.forward(params.id, body),
    'dokploy.removeForward': ({ params, query }) => dokploy.removeForward(params.id, query.remotePort),
    'dokploy.logs': async ({ params, query, signal }) => ({
      text: await dokploy.log(params.id, query.source, query.tail, signal),
    }),
    'dokploy.look': ({ body }) => {
      dokploy.look(body.viewer, body.servers, body.workspaces);
      return { accepted: true } as const;
    },
    'dokploy.sshConfig': () => dokploy.sshConfig(),
    'dokploy.includeSshConfig': ({ local }) => {
      requireLocal(local);
      return dokploy.includeSshConfig();
    },
  };
}

/** ~/.ssh/config is a file of the person at this machine: who reaches the daemon over TCP may read Devyard's, and no more. */
function requireLocal(local: boolean): void {
  if (local) return;
  throw new DevyardError('forbidden', 'Your ssh config cannot be changed over TCP.', {
    hint: 'Run `devyard dokploy ssh-config --include` on the machine that the daemon runs on, or copy what it prints.',
  });
}
