import swagger from '@fastify/swagger';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '../../managers/shared/clock.ts';
import { DevyardError } from '../../managers/shared/errors.ts';
import { apiVersion } from '../contract/routes.ts';
import { createAuthority, type DoorPolicy } from './auth.ts';
import { createBearerCheck } from './bearer.ts';
import type { ServerDeps } from './deps.ts';
import { registerExec } from './dokployExec.ts';
import { registerWorkspaceLogs } from './dokployLogs.ts';
import { registerTerminals } from './dokployTerminals.ts';
import { failureBody, failureOf } from './errors.ts';
import { createEventStreams } from './events.ts';
import { createHandlers } from './handlers.ts';
import { registerLegacy } from './legacy/register.ts';
import { Listeners } from './listeners.ts';
import { createLogSockets } from './logSockets.ts';
import { createProxy, registerProxyMisses } from './proxy.ts';
import { registerOperations, registerStreams } from './routing.ts';
import { Upgrades } from './upgrades.ts';

const bodyLimitBytes = 1024 * 1024;

/** The one API of the daemon, on as many listeners as are wanted. */
export interface ApiServer {
  /** Listens on a Unix socket (made 0600) or a Windows pipe. A dead daemon's socket file is replaced; rejects `conflict` for a living one. */
  listenSocket(path: string): Promise<void>;
  /** Listens on TCP; port 0 takes a free one. Gives the URL. Rejects `port-taken` or `invalid`. */
  listenTcp(host: string, port: number): Promise<string>;
  /** Ends event streams and idle connections at once; answers in flight get a second. */
  close(): Promise<void>;
}

export async function createApiServer(deps: ServerDeps): Promise<ApiServer> {
  const clock = deps.clock ?? systemClock;
  const streams = createEventStreams(deps);
  const authority = createAuthority(createBearerCheck(deps.token));
  const proxy = createProxy(deps.passages, authority);
  const upgrades = new Upgrades();
  const logSockets = createLogSockets(deps, upgrades);
  const doors = new WeakMap<IncomingMessage, DoorPolicy>();
  const closing = new AbortController();

  const refuse = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = failureOf(thrown);
    if (failure.internal !== undefined)
      deps.onProblem(`${request.method} ${request.routeOptions.url ?? ''}: ${failure.internal}`);
    if (failure.status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="devyard"');
    return reply
      .code(failure.status)
      .type('application/json; charset=utf-8')
      .serializer(JSON.stringify)
      .send(failureBody(failure, request.url));
  };

  const app = fastify({
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error, request, reply) => {
      void refuse(error, request, reply);
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    refuse(
      new DevyardError('not-found', `There is no ${request.method} ${pathOf(request.url)}.`, {
        hint: 'All routes are in /openapi.json.',
      }),
      request,
      reply,
    ),
  );
  acceptJsonOnly(app);
  app.addHook('onRequest', async ({ raw }) => {
    // No body has no type, whatever a client says of it.
    if (raw.headers['content-length'] === '0') delete raw.headers['content-type'];
  });
  app.addHook('onRequest', async (request) => authority.check(request.raw, doors.get(request.raw)));
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('Cache-Control', 'no-store').header('X-Content-Type-Options', 'nosniff');
    if (closing.signal.aborted) void reply.header('Connection', 'close');
  });

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Devyard', version: String(apiVersion), description: 'The API of the Devyard daemon.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  app.get('/healthz', { schema: { summary: 'Somebody listens', security: [] } }, () => ({ ok: true }));
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  registerOperations(app, createHandlers(deps), (request) => !doors.has(request));
  registerStreams(app, streams, deps);
  registerProxyMisses(app);
  logSockets.register(app);
  await registerExec(app, deps, closing.signal);
  registerWorkspaceLogs(app, deps, closing.signal);
  registerTerminals(app, deps, upgrades, closing.signal);
  await registerLegacy(app, deps, clock);
  await app.ready();

  const route = (request: IncomingMessage, response: ServerResponse, door: DoorPolicy | undefined): void => {
    if (door !== undefined) doors.set(request, door);
    app.routing(request, response);
  };
  const listeners = new Listeners(
    {
      serve(request, response, door) {
        const proxied = proxy.find(request, door);
        if (proxied !== undefined) {
          proxy.serve(request, response, proxied);
          return;
        }
        if (proxy.serveAbsent(request, response, door)) return;
        if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
        route(request, response, door);
      },
      upgrade(request, upgrade, door) {
        const proxied = proxy.find(request, door);
        if (proxied === undefined) upgrades.offer(request, upgrade, (...both) => route(...both, door));
        else proxy.upgrade(request, upgrade, proxied);
      },
      mayUpgrade: ({ url }) => /^\/(?:vscode|ws|api\/dokploy\/workspaces)\//.test(url ?? ''),
    },
    deps.onProblem,
  );

  return {
    listenSocket: (path) => listeners.listenSocket(path),
    listenTcp: (host, port) => listeners.listenTcp(host, port),
    async close() {
      closing.abort();
      streams.close();
      logSockets.close();
      await listeners.close();
      await app.close();
    },
  };
}

/** JSON or nothing: a form or text post, which a foreign page may send without asking, is refused as such. */
function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body, done);
  });
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
