import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { systemClock } from '../../managers/shared/clock.ts';
import { workspaceParams } from '../contract/dokploy.ts';
import { workspaceLogsQuery } from '../contract/dokployAccess.ts';
import { logErrorTrailer, workspaceLogStreamPath } from '../contract/routes.ts';
import type { ServerDeps } from './deps.ts';
import { drained } from './drained.ts';
import { failureBody, failureOf } from './errors.ts';
import { goneSignal, templatePath } from './routing.ts';

/** A log may be silent for hours: for so long its first words, or what speaks against it, are waited for. */
const headAfterMs = 1000;

/** `GET …/logs/stream`: a log as text for as long as the client stays. `closing` ends those that are open. */
export function registerWorkspaceLogs(
  app: FastifyInstance,
  { dokploy, onProblem, clock = systemClock }: Pick<ServerDeps, 'dokploy' | 'onProblem' | 'clock'>,
  closing: AbortSignal,
): void {
  app.get<{ Params: { id: string }; Querystring: { source: 'deploy' | 'container'; tail: number } }>(
    templatePath(workspaceLogStreamPath('{id}')),
    {
      schema: {
        operationId: 'dokploy.logStream',
        summary: `A log as text that goes on as it is written; what ended it is in the trailer ${logErrorTrailer}`,
        tags: ['dokploy'],
        params: workspaceParams,
        querystring: workspaceLogsQuery,
      },
    },
    async ({ params, query }, reply) => {
      const gone = AbortSignal.any([goneSignal(reply), closing]);
      const pieces = dokploy.followLog(params.id, query.source, query.tail, gone)[Symbol.asyncIterator]();
      const first = pieces.next();
      // Until here a failure is an ordinary answer.
      await Promise.race([first, new Promise<void>((resolve) => void clock.after(headAfterMs, resolve))]);
      reply.hijack();
      const response = reply.raw;
      response.on('error', () => undefined);
      response.writeHead(200, {
        'Content-Type': 'text/plain; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        'X-Accel-Buffering': 'no',
        Trailer: logErrorTrailer,
      });
      response.flushHeaders();
      try {
        await send(pieces, first, response);
      } catch (error) {
        const failure = failureOf(error);
        if (failure.internal !== undefined && !gone.aborted) onProblem(`A log failed: ${failure.internal}`);
        response.addTrailers({ [logErrorTrailer]: encodeURIComponent(JSON.stringify(failureBody(failure, ''))) });
      }
      response.end();
    },
  );
}

/** As fast as the client reads. */
async function send(
  pieces: AsyncIterator<string>,
  first: Promise<IteratorResult<string>>,
  response: ServerResponse,
): Promise<void> {
  for (let next = await first; next.done !== true; next = await pieces.next()) {
    if (response.destroyed) {
      await pieces.return?.();
      return;
    }
    response.write(next.value);
    await drained(response);
  }
}
