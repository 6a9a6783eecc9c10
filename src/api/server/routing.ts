import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { DevyardError } from '../../managers/shared/errors.ts';
import type { ResourceLog } from '../../managers/shared/logs/types.ts';
import { errorSchema } from '../contract/common.ts';
import { operations } from '../contract/operations.ts';
import {
  devServerLogStreamPath,
  devServerTerminalPath,
  eventStreamPath,
  logStreamPath,
  logTextPath,
  routes,
  type OperationId,
} from '../contract/routes.ts';
import type { ServerDeps } from './deps.ts';
import { readAfter, readWishes, type EventStreams } from './events.ts';
import type { Call, Handlers } from './handlers.ts';
import { logText } from './logText.ts';

/** One Fastify route for each operation of the contract. */
export function registerOperations(
  app: FastifyInstance,
  handlers: Handlers,
  isLocal: (request: IncomingMessage) => boolean,
): void {
  for (const id of Object.keys(routes) as OperationId[]) {
    const [method, path] = routes[id];
    // The schemas of the same key validate what the handler's type promises; TypeScript cannot follow that in a loop.
    const handler = handlers[id] as (call: Call<OperationId>) => unknown;
    app.route({
      method,
      url: fastifyPath(path),
      schema: schemaOf(id),
      preValidation: (request, _reply, done) => {
        // No body at all means the same as an empty one.
        if ('body' in operations[id]) request.body ??= {};
        done();
      },
      handler: async (request, reply) => {
        const result = await handler({
          params: request.params,
          query: request.query,
          body: request.body,
          idempotencyKey: idempotencyKeyOf(request),
          signal: goneSignal(reply),
          local: isLocal(request.raw),
        } as Call<OperationId>);
        return reply.code(operations[id].status).send(result);
      },
    });
  }
}

export function registerStreams(
  app: FastifyInstance,
  streams: EventStreams,
  { codeServers, devServers }: Pick<ServerDeps, 'codeServers' | 'devServers'>,
): void {
  app.get(
    eventStreamPath,
    {
      schema: {
        operationId: 'events',
        summary: 'Server-sent events; query after or header Last-Event-ID, window=true, devServerLogs=all or ids',
        tags: ['events'],
      },
    },
    (request, reply) => {
      const after = readAfter(request.query, request.headers['last-event-id']);
      const wishes = readWishes(request.query);
      reply.hijack();
      streams.serveEvents(reply.raw, after, wishes);
    },
  );
  const logStream = (kind: string, path: string, logOf: (id: string) => Promise<ResourceLog>): void => {
    app.get<{ Params: { id: string } }>(
      path,
      {
        schema: { operationId: `${kind}.logStream`, summary: 'Server-sent log batches; query after', tags: [kind] },
      },
      async (request, reply) => {
        const after = readAfter(request.query, request.headers['last-event-id']) ?? 0;
        // Until here a failure is an ordinary answer; from here on the stream has the connection.
        const log = await logOf(request.params.id);
        reply.hijack();
        await streams.serveLog(reply.raw, log, after);
      },
    );
  };
  logStream('codeServers', templatePath(logStreamPath('{id}')), (id) => codeServers.log(id));
  logStream('devServers', templatePath(devServerLogStreamPath('{id}')), (id) => devServers.log(id));
  app.get<{ Params: { id: string; process: string } }>(
    templatePath(devServerTerminalPath('{id}', '{process}')),
    { schema: { operationId: 'devServers.terminal', summary: 'The bytes of a terminal', tags: ['devServers'] } },
    async (request, reply) => {
      const { id, process } = request.params;
      const terminal = await devServers.openTerminal(id, process);
      reply.raw.on('close', () => terminal.close());
      void reply.type('application/octet-stream').header('X-Accel-Buffering', 'no');
      return reply.send(Readable.from(terminal.output, { objectMode: false }));
    },
  );
  app.get<{ Params: { id: string } }>(
    templatePath(logTextPath('{id}')),
    { schema: { operationId: 'codeServers.logText', summary: 'The whole log as plain text', tags: ['codeServers'] } },
    async (request, reply) => {
      const log = await codeServers.log(request.params.id);
      void reply.type('text/plain; charset=utf-8');
      return reply.send(Readable.from(logText(log, goneSignal(reply)), { objectMode: false }));
    },
  );
}

/** Aborts when the connection closes before the answer was sent. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function schemaOf(id: OperationId): FastifySchema & { operationId: string; summary: string; tags: string[] } {
  const operation: {
    summary: string;
    status: number;
    response: unknown;
    params?: unknown;
    query?: unknown;
    body?: unknown;
  } = operations[id];
  return {
    operationId: id,
    summary: operation.summary,
    tags: [id.slice(0, id.indexOf('.'))],
    ...(operation.params === undefined ? {} : { params: operation.params }),
    ...(operation.query === undefined ? {} : { querystring: operation.query }),
    ...(operation.body === undefined ? {} : { body: operation.body }),
    response: { [operation.status]: operation.response, '4xx': errorSchema, '5xx': errorSchema },
  };
}

export function templatePath(path: string): string {
  return fastifyPath(decodeURIComponent(path));
}

function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new DevyardError('invalid', 'The Idempotency-Key is not usable.', {
    field: 'Idempotency-Key',
    hint: 'Send 1 to 200 printable ASCII characters without blanks, such as a UUID.',
  });
}
