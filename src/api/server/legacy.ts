import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { CodeServers } from '../../managers/codeServers/ports.ts';
import type { CodeServer } from '../../managers/codeServers/model.ts';
import type { Clock } from '../../managers/shared/clock.ts';
import { DevyardError } from '../../managers/shared/errors.ts';
import { legacyLog, legacyServer } from './legacy/shapes.ts';
import { goneSignal } from './routing.ts';

/** How long start and restart wait before they answer with what there is. */
const waitMs = 30_000;

const createBody = z.object({ name: z.string(), extensions: z.array(z.string()).nullish() });
const logsQuery = z.object({
  lines: z
    .string()
    .regex(/^\d{1,6}$/, 'expected a whole number from 1 to 100000')
    .transform(Number)
    .pipe(z.number().int().min(1).max(100_000))
    .default(50),
});

/** The paths of the original server with the bodies it had, so that its clients work on with nothing added but the token. */
export function registerLegacy(app: FastifyInstance, codeServers: CodeServers, clock: Clock): void {
  const schema = (summary: string): { summary: string; tags: string[] } => ({ summary, tags: ['original paths'] });

  app.get('/health', { schema: schema('Is the daemon up') }, () => ({ status: 'healthy', service: 'devyard' }));

  app.get('/servers', { schema: schema('All code-servers') }, () =>
    codeServers.list().map((server) => legacyServer(server, clock.now())),
  );

  app.post('/servers', { schema: { ...schema('Create a code-server'), body: createBody } }, async (request, reply) => {
    const { name, extensions } = request.body as z.output<typeof createBody>;
    if ((extensions ?? []).length > 0) {
      // Saying yes and installing nothing would be worse.
      throw new DevyardError(
        'invalid',
        'This version of Devyard does not install extensions while it creates a server.',
        {
          field: 'extensions',
          hint: 'Create it with an empty list and install the extensions in the editor.',
        },
      );
    }
    return reply.code(201).send(legacyServer(await codeServers.create({ name }), clock.now()));
  });

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

/** These paths answer 404, not 422, to what cannot be an id. */
function knownId(id: string): string {
  if (z.uuid().safeParse(id).success) return id;
  throw new DevyardError('not-found', `There is no server "${id}".`, { hint: 'GET /servers lists them all.' });
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
