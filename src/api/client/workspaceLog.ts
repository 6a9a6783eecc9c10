import type { ErrorBody } from '../contract/common.ts';
import { logErrorTrailer, workspaceLogStreamPath } from '../contract/routes.ts';
import { ApiError, unavailable, type Transport } from './transport.ts';

export type LogSource = 'deploy' | 'container';

/**
 * The newest `tail` lines of a workspace's log, then what comes, until the signal ends it. Rejects with ApiError. Pulled: a slow
 * reader makes the daemon wait, not the memory grow.
 */
export async function* workspaceLog(
  transport: Transport,
  id: string,
  source: LogSource,
  tail: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (signal.aborted) return;
  const query = new URLSearchParams({ source, tail: String(tail) }).toString();
  try {
    const answer = await transport.send({ method: 'GET', path: `${workspaceLogStreamPath(id)}?${query}`, signal });
    for await (const bytes of answer as AsyncIterable<Buffer>) {
      yield bytes;
      if (signal.aborted) return;
    }
    const failure = answer.trailers[logErrorTrailer.toLowerCase()];
    if (failure === undefined) return;
    const { error } = JSON.parse(decodeURIComponent(failure)) as ErrorBody;
    throw new ApiError({ ...error, status: 200 });
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof ApiError ? error : unavailable(error);
  }
}
