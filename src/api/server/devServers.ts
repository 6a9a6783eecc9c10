import { DevyardError } from '../../managers/shared/errors.ts';
import type { DevServers } from '../../managers/devServers/ports.ts';
import type { Grantor } from '../../managers/devServers/trust.ts';
import type { OperationId } from '../contract/routes.ts';
import { newestEntries } from './devServerLog.ts';
import type { Handlers } from './handlers.ts';

type DevServerHandlers = Pick<Handlers, Extract<OperationId, `devServers.${string}`>>;

/** What the daemon does for the operations of dev servers. */
export function devServerHandlers(devServers: DevServers): DevServerHandlers {
  return {
    'devServers.list': () => devServers.list(),
    'devServers.add': ({ body, local }) =>
      devServers.add(body.path, body.trust === true ? grantorOf(local, 'trust') : undefined),
    'devServers.propose': ({ body }) => devServers.propose(body.path),
    'devServers.check': async ({ body }) => ({ problems: await devServers.check(body.path, body.text) }),
    'devServers.get': ({ params }) => devServers.get(params.id),
    'devServers.delete': ({ params }) => devServers.remove(params.id),
    'devServers.trust': ({ params, body, local }) => devServers.trust(params.id, body.hash, grantorOf(local, 'hash')),
    'devServers.start': async ({ params, body, local, signal }) => {
      await grant(devServers, params.id, body.trust, local);
      return devServers.start(params.id, body, signal);
    },
    'devServers.stop': ({ params }) => devServers.stop(params.id),
    'devServers.restart': async ({ params, body, local, signal }) => {
      await grant(devServers, params.id, body.trust, local);
      return devServers.restart(params.id, body, signal);
    },
    'devServers.rebuild': ({ params, body }) => devServers.rebuild(params.id, body.build),
    'devServers.logs': async ({ params, query }) => {
      const { pluginID } = devServers.get(params.id);
      const log = await devServers.log(params.id);
      // Who saw a server answer may ask for what it wrote before that.
      await log.poke();
      // Before the entries: who follows from there on must not miss what comes while they are read.
      const { lastSeq } = log;
      return { entries: await newestEntries(log, pluginID, query), lastSeq };
    },
    'devServers.external': ({ params }) => ({ external: devServers.external(params.id) }),
    'devServers.type': async ({ params, body }) => {
      await devServers.type(params.id, params.process, body);
      return { accepted: true } as const;
    },
  };
}

async function grant(devServers: DevServers, id: string, hash: string | undefined, local: boolean): Promise<void> {
  if (hash !== undefined) await devServers.trust(id, hash, grantorOf(local, 'trust'));
}

/** Trust comes from somebody at this machine: who reaches the daemon over TCP may use what is trusted, and no more. */
function grantorOf(local: boolean, field: string): Grantor {
  if (local) return 'person';
  throw new DevyardError('forbidden', 'A manifest cannot be trusted over TCP.', {
    field,
    hint: 'Start it once from a window whose workspace is trusted, or run `devyard dev-server trust`.',
  });
}
