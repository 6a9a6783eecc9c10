import type * as z from 'zod';
import type { OperationOutput, operations } from '../contract/operations.ts';
import type { OperationId } from '../contract/routes.ts';
import type { ServerDeps } from './deps.ts';

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
}

/** Managers hand out read-only data; the contract's types are mutable. */
type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;
type Answer<Id extends OperationId> = DeepReadonly<OperationOutput<Id>>;

/** What the daemon does for each operation of the contract; a missing one does not compile. */
export type Handlers = {
  readonly [Id in OperationId]: (call: Call<Id>) => Answer<Id> | Promise<Answer<Id>>;
};

const accepted = { accepted: true } as const;

export function createHandlers({ codeServers, engines, daemon, settings, tickets }: ServerDeps): Handlers {
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
    'codeServers.create': ({ body, idempotencyKey }) => codeServers.create(body, idempotencyKey),
    'codeServers.get': ({ params }) => codeServers.get(params.id),
    'codeServers.patch': ({ params, body }) => codeServers.update(params.id, body),
    'codeServers.delete': ({ params, query }) =>
      codeServers.remove(params.id, {
        keepWorkspace: query.keepWorkspace === undefined ? undefined : query.keepWorkspace === 'true',
      }),
    'codeServers.start': ({ params, body, signal }) => codeServers.start(params.id, { wait: body.wait, signal }),
    'codeServers.stop': ({ params }) => codeServers.stop(params.id),
    'codeServers.restart': ({ params, body, signal }) => codeServers.restart(params.id, { wait: body.wait, signal }),
    'codeServers.open': ({ params, body }) => {
      const { id, folder } = codeServers.get(params.id);
      codeServers.requireGate(id);
      return tickets.mintTicket(id, folder, body.host);
    },
    'codeServers.logs': async ({ params, query }) => {
      const log = await codeServers.log(params.id);
      return { entries: await log.tail(query.lines, query.before), lastSeq: log.lastSeq };
    },
    'engine.get': () => engines.get(),
    'engine.install': () => engines.install(),
    'engine.cancel': () => engines.cancelInstall(),
  };
}
