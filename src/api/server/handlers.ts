import type * as z from 'zod';
import type { OperationOutput, operations } from '../contract/operations.ts';
import type { OperationId } from '../contract/routes.ts';
import { DevyardError } from '../../managers/shared/errors.ts';
import type { ServerDeps } from './deps.ts';
import { devServerHandlers } from './devServers.ts';
import { dokployHandlers } from './dokploy.ts';

type Part<Id extends OperationId, Key extends string> =
  (typeof operations)[Id] extends Record<Key, infer Schema extends z.ZodType> ? z.output<Schema> : undefined;

/** A call that passed authentication and the contract's schemas. */
export interface Call<Id extends OperationId> {
  readonly params: Part<Id, 'params'>;
  readonly query: Part<Id, 'query'>;
  readonly body: Part<Id, 'body'>;
  readonly idempotencyKey: string | undefined;
  /** Aborts when the caller has gone away. */
  readonly signal: AbortSignal;
  /** It came through the local socket, which only this user can reach. */
  readonly local: boolean;
}

/** Managers hand out read-only data; the contract's types are mutable. */
type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;
type Answer<Id extends OperationId> = DeepReadonly<OperationOutput<Id>>;

/** What the daemon does for each operation of the contract; a missing one does not compile. */
export type Handlers = {
  readonly [Id in OperationId]: (call: Call<Id>) => Answer<Id> | Promise<Answer<Id>>;
};

const accepted = { accepted: true } as const;

export function createHandlers({
  codeServers,
  config,
  engines,
  daemon,
  devServers,
  dokploy,
  jobs,
  settings,
  tickets,
}: ServerDeps): Handlers {
  return {
    'daemon.get': () => daemon.info(),
    'daemon.log': async ({ query }) => ({ lines: await daemon.log(query.lines) }),
    'daemon.handOver': async ({ body }) => {
      await daemon.handOver(body);
      return accepted;
    },
    'daemon.stop': async ({ body }) => {
      await daemon.stop(body);
      return accepted;
    },
    'settings.get': () => settings.get(),
    'settings.patch': ({ body }) => settings.patch(body),
    'codeServers.list': () => codeServers.list(),
    'codeServers.create': ({ body, idempotencyKey, signal }) => codeServers.create(body, idempotencyKey, signal),
    'codeServers.get': ({ params }) => codeServers.get(params.id),
    'codeServers.patch': ({ params, body }) => codeServers.update(params.id, body),
    'codeServers.delete': ({ params, query }) =>
      codeServers.remove(params.id, {
        keepWorkspace: query.keepWorkspace === undefined ? undefined : query.keepWorkspace === 'true',
      }),
    'codeServers.start': ({ params, body, signal }) => codeServers.start(params.id, { wait: body.wait, signal }),
    'codeServers.stop': ({ params }) => codeServers.stop(params.id),
    'codeServers.restart': ({ params, body, signal }) => codeServers.restart(params.id, { wait: body.wait, signal }),
    'codeServers.open': async ({ params, body }) => {
      const { id, folder, url } = codeServers.get(params.id);
      const password = await codeServers.password(id);
      if (password !== undefined)
        return openedWithPassword(`${url}?folder=${encodeURIComponent(folder)}`, password, body);
      codeServers.requireGate(id);
      return body.through === 'proxy'
        ? tickets.mintProxyTicket(id, proxyBase(id, daemon.info().urls, body.host), folder)
        : tickets.mintTicket(id, folder, body.host);
    },
    'codeServers.logs': async ({ params, query }) => {
      const log = await codeServers.log(params.id);
      // Before the entries: who follows from there on must not miss what comes while they are read.
      const { lastSeq } = log;
      return { entries: await log.tail(query.lines, query.before), lastSeq };
    },
    'codeServers.metrics': ({ params }) => ({ samples: codeServers.history(params.id) }),
    'codeServers.duplicate': ({ params, body, idempotencyKey, signal }) =>
      codeServers.duplicate(params.id, body, idempotencyKey, signal),
    'codeServers.installExtensions': ({ params, body }) => codeServers.installExtensions(params.id, body),
    'codeServers.applySettings': ({ params, body }) => codeServers.applySettings(params.id, body),
    'codeServers.fillWorkspace': ({ params, body }) =>
      codeServers.fillWorkspace(params.id, body.source, body.configFile),
    ...devServerHandlers(devServers),
    ...dokployHandlers(dokploy),
    'jobs.list': () => jobs.list(),
    'jobs.get': ({ params }) => jobs.get(params.id),
    'jobs.cancel': ({ params }) => jobs.cancel(params.id),
    'config.get': ({ query }) => config.get(query.file),
    'config.check': ({ body }) => ({ problems: config.check(body.text) }),
    'engine.get': () => engines.get(),
    'engine.install': () => engines.install(),
    'engine.cancel': () => engines.cancelInstall(),
  };
}

/** The last moment that a date can say: a password does not expire. */
const never = 8_640_000_000_000_000;

/** A code-server that asks for a password itself. Throws `wrong-state` for a way in that Devyard does not serve then. */
function openedWithPassword(
  url: string,
  password: string,
  { through }: Call<'codeServers.open'>['body'],
): Answer<'codeServers.open'> {
  if (through !== 'proxy') return { url, expiresAt: never, password };
  throw new DevyardError('wrong-state', 'This code-server asks for its password itself; Devyard does not proxy it.', {
    field: 'through',
    hint: 'Open it on its own port, or set codeServerAccess to devyard and restart it.',
  });
}

/**
 * Where a browser reaches this API for one code-server. On this machine by a name of that server's own: what is shown from
 * one origin shares its storage, and two editors erase each other's secrets there. Throws `wrong-state` while the API
 * listens on no address that a browser knows.
 */
function proxyBase(id: string, urls: readonly string[], host: string | undefined): string {
  const [own] = urls;
  if (own === undefined) {
    throw new DevyardError('wrong-state', 'The daemon listens on no TCP address.', {
      field: 'through',
      hint: 'Start it with `devyard serve --listen 127.0.0.1:8000`, or open the server on its own port.',
    });
  }
  if (host !== undefined) return `http://${host}`;
  const { hostname, port } = new URL(own);
  // The tail of a UUIDv7 is its random part.
  return isHere(hostname) ? `http://code-server-${id.slice(-12)}.localhost:${port}` : own;
}

/** Loopback, or every address of this machine. */
function isHere(hostname: string): boolean {
  return hostname === 'localhost' || hostname.startsWith('127.') || ['[::1]', '0.0.0.0', '[::]'].includes(hostname);
}
