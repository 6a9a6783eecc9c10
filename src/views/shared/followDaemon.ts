import type { CallOptions, DevyardClient } from '../../api/client/client.ts';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Problem } from '../../api/contract/daemon.ts';
import type { DevServer } from '../../api/contract/devServers.ts';
import type { Engine } from '../../api/contract/engine.ts';
import type { DevyardEvent } from '../../api/contract/events.ts';
import type { Job } from '../../api/contract/jobs.ts';
import type { DokployLists } from './dokployState.ts';

/** Where what the daemon says ends up. */
export interface DaemonReader {
  onList(list: readonly CodeServer[]): void;
  onDevServers(list: readonly DevServer[]): void;
  onDokploy(lists: DokployLists): void;
  onEngine(engine: Engine): void;
  onJobs(jobs: readonly Job[]): void;
  onEvent(event: DevyardEvent): void;
  onProblem(problem: Problem): void;
  /** What is known is complete from here on; events keep it so. Called once. */
  onReady(): void;
  /** Number of the newest event that was seen: where the next connection resumes. */
  onCursor(id: number): void;
}

/**
 * Reads one daemon until its stream ends: first everything (unless only what was missed since `after` is needed), then
 * its events. The stream is opened before the list is read, so that nothing can fall between the two; an event older than
 * the list is applied again by a newer one right behind it.
 *
 * Resolves when the daemon ended the stream in good order or the signal was aborted, rejects when the connection broke.
 */
export async function followDaemon(
  client: DevyardClient,
  from: { readonly after: number | undefined; readonly complete: boolean },
  reader: DaemonReader,
  signal: AbortSignal,
): Promise<void> {
  let ready = false;
  const readAll = async (): Promise<void> => {
    // Asking an executable for its version takes its time; the list need not wait for it.
    void client.call('engine.get', {}, { signal }).then(
      (engine) => reader.onEngine(engine),
      () => undefined, // The stream breaks, too, when the daemon cannot answer.
    );
    const [jobs, list, devServers, dokploy] = await Promise.all([
      client.call('jobs.list', {}, { signal }),
      client.call('codeServers.list', {}, { signal }),
      readDevServers(client, { signal }),
      readDokploy(client, { signal }),
    ]);
    reader.onList(list);
    reader.onDevServers(devServers);
    reader.onDokploy(dokploy);
    reader.onJobs(jobs);
  };
  for await (const { id, event } of client.events(from.after, signal, { window: true })) {
    if (event.type === 'hello') {
      if (from.after === undefined || from.after > event.lastEventId) reader.onCursor(event.lastEventId);
      if (!from.complete) await readAll();
      if (!ready) reader.onReady();
      ready = true;
    } else if (event.type === 'reset') {
      reader.onCursor(event.lastEventId);
      await readAll();
    } else {
      reader.onEvent(event);
      if (event.type === 'problem') reader.onProblem(event.problem);
      if (id !== undefined) reader.onCursor(id);
    }
  }
}

/** All projects with dev servers; none from a daemon that is too old to know of them. */
export async function readDevServers(client: DevyardClient, options: CallOptions = {}): Promise<readonly DevServer[]> {
  return await unlessTooOld([], () => client.call('devServers.list', {}, options));
}

/** What is known of Dokploy without asking its servers; nothing from a daemon that is too old. */
export async function readDokploy(client: DevyardClient, options: CallOptions = {}): Promise<DokployLists> {
  return await unlessTooOld({ servers: [], workspaces: [] }, async () => {
    const [servers, workspaces] = await Promise.all([
      client.call('dokploy.servers', {}, options),
      client.call('dokploy.list', { query: {} }, options),
    ]);
    return { servers, workspaces };
  });
}

async function unlessTooOld<Answer>(nothing: Answer, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if ((error as { readonly status?: unknown } | null)?.status === 404) return nothing;
    throw error;
  }
}
