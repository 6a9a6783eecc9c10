import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { CodeServer } from '../../../managers/codeServers/model.ts';
import type { Clock } from '../../../managers/shared/clock.ts';
import { DevyardError } from '../../../managers/shared/errors.ts';
import { withFieldNames } from '../../../managers/shared/fieldNames.ts';
import { goneSignal } from '../routing.ts';
import { knownId, type LegacyParts, schema } from './parts.ts';
import { legacyLog, legacyServer } from './shapes.ts';

/** How long start and restart wait before they answer with what there is. */
const waitMs = 30_000;

const createBody = z.object({ name: z.string(), extensions: z.array(z.string()).nullish() });
const metadataBody = z.object({ name: z.string() });
const templateBody = z.object({ name: z.string(), template_id: z.string(), tab_name: z.string().optional() });
const logsQuery = z.object({
  lines: z
    .string()
    .regex(/^\d{1,6}$/, 'expected a whole number from 1 to 100000')
    .transform(Number)
    .pipe(z.number().int().min(1).max(100_000))
    .default(50),
});

/** Listing, creating, running and deleting code-servers. */
export function registerServers(app: FastifyInstance, { codeServers, clock, creation }: LegacyParts): void {
  app.get('/servers', { schema: schema('All code-servers') }, () =>
    codeServers.list().map((server) => legacyServer(server, clock.now())),
  );

  app.post('/servers', { schema: { ...schema('Create a code-server'), body: createBody } }, async (request, reply) => {
    const { name, extensions } = request.body as z.output<typeof createBody>;
    return reply.code(201).send(await creation.create({ name, extensions: extensions ?? [] }, goneSignal(reply)));
  });

  app.post(
    '/servers/create-metadata',
    { schema: { ...schema('Create a code-server with an empty folder'), body: metadataBody } },
    async (request, reply) => {
      const { name } = request.body as z.output<typeof metadataBody>;
      return reply.code(201).send(await creation.create({ name }, goneSignal(reply)));
    },
  );

  app.post(
    '/servers/create-from-template',
    { schema: { ...schema('Create a code-server from a template'), body: templateBody } },
    async (request, reply) => {
      const { name, template_id, tab_name } = request.body as z.output<typeof templateBody>;
      const source = { type: 'template', name: template_id, tab: tab_name } as const;
      const names = { 'source.name': 'template_id', 'source.tab': 'tab_name' };
      const created = withFieldNames(names, () => creation.create({ name, source }, goneSignal(reply)));
      return reply.code(201).send(await created);
    },
  );

  const intents = {
    start: { past: 'started', run: (id: string, signal: AbortSignal) => codeServers.start(id, { wait: true, signal }) },
    restart: {
      past: 'restarted',
      run: (id: string, signal: AbortSignal) => codeServers.restart(id, { wait: true, signal }),
    },
    stop: { past: 'stopped', run: (id: string) => codeServers.stop(id) },
  };
  for (const [verb, { past, run }] of Object.entries(intents)) {
    app.post<{ Params: { id: string } }>(
      `/servers/:id/${verb}`,
      { schema: schema(`${verb} a code-server`) },
      async (request, reply) => {
        const id = knownId(request.params.id);
        const server = await waitAtMost(
          clock,
          goneSignal(reply),
          (signal) => run(id, signal),
          () => codeServers.get(id),
        );
        const message = server.state.status === 'starting' ? 'Server is starting' : `Server ${past} successfully`;
        return { status: 'success', message, data: legacyServer(server, clock.now()) };
      },
    );
  }

  app.delete<{ Params: { id: string } }>(
    '/servers/:id',
    { schema: schema('Stop and delete a code-server') },
    async (request) => {
      await codeServers.remove(knownId(request.params.id));
      return { status: 'success', message: 'Server deleted successfully' };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/servers/:id/health',
    { schema: schema('Health of a code-server') },
    async (request) => {
      const health = await codeServers.health(knownId(request.params.id));
      return {
        status: 'success',
        data: {
          status: health.status,
          http_healthy: health.httpHealthy,
          cpu_percent: health.cpuPercent,
          memory_mb: health.memoryBytes / 1_048_576,
          uptime_seconds: health.uptimeSeconds,
          process_exists: health.processExists,
        },
      };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/servers/:id/refresh-status',
    { schema: schema('Look at a code-server now') },
    async (request) => {
      const id = knownId(request.params.id);
      await codeServers.health(id);
      codeServers.poke(id);
      const data = legacyServer(codeServers.get(id), clock.now());
      return { status: 'success', message: 'Status refreshed', data };
    },
  );

  app.post('/servers/refresh-all', { schema: schema('Look at all code-servers now') }, async () => {
    // One that is deleted meanwhile is not in the list that is given.
    await Promise.allSettled(codeServers.list().map(({ id }) => codeServers.health(id)));
    codeServers.poke();
    const data = codeServers.list().map((server) => legacyServer(server, clock.now()));
    return { status: 'success', message: 'Status refreshed', data };
  });

  app.get<{ Params: { id: string } }>(
    '/servers/:id/logs',
    { schema: { ...schema('Newest log lines of a code-server'), querystring: logsQuery } },
    async (request) => {
      const server = codeServers.get(knownId(request.params.id));
      const { lines } = request.query as z.output<typeof logsQuery>;
      const entries = await (await codeServers.log(server.id)).tail(lines);
      return { status: 'success', data: { logs: entries.map((entry) => legacyLog(entry, server)) } };
    },
  );
}

/** Runs an intent; when it takes longer than the original's clients wait, gives what there is instead. The intent goes on. */
async function waitAtMost(
  clock: Clock,
  gone: AbortSignal,
  run: (signal: AbortSignal) => Promise<CodeServer>,
  current: () => CodeServer,
): Promise<CodeServer> {
  const late = new AbortController();
  const cancel = clock.after(waitMs, () => late.abort());
  try {
    return await run(AbortSignal.any([late.signal, gone]));
  } catch (error) {
    if (late.signal.aborted && error instanceof DevyardError && error.code === 'cancelled') return current();
    throw error;
  } finally {
    cancel();
  }
}
