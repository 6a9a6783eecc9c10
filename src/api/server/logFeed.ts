import type { CodeServer } from '../../managers/codeServers/model.ts';
import { DevyardError } from '../../managers/shared/errors.ts';
import type { LogEntry, ResourceLog } from '../../managers/shared/logs/types.ts';
import { deliverAll } from './deliver.ts';
import type { ServerDeps } from './deps.ts';
import { legacyLog, type LegacyLog } from './legacy/shapes.ts';
import type { LogPeer } from './logPeer.ts';

export type FeedDeps = Pick<ServerDeps, 'codeServers' | 'events'>;
type Named = Pick<CodeServer, 'id' | 'name'>;

const initialPerServer = 100;
const initialInAll = 500;
/** Characters: a line may be long, and the first message is one piece. */
const initialLength = 1024 * 1024;

/** Where following a log begins. */
interface Cursor {
  readonly log: ResourceLog;
  readonly after: number;
}

/** Sends the newest lines of one code-server, then each that comes. Resolves when the peer or the server has gone. */
export async function feedOne(peer: LogPeer, server: Named, log: ResourceLog, deps: FeedDeps): Promise<void> {
  const members = new Members(peer, deps.events);
  const signal = members.enter(server.id);
  const { logs, after } = await newest(server, log);
  await peer.send([{ type: 'initial_logs', logs: limited(logs) }]);
  await follow(peer, server, { log, after }, signal, deps);
}

/**
 * The same of all code-servers, those that are still to come included; resolves when the initial lines are sent.
 * `onProblem` hears of a log that cannot be read, and the others go on.
 */
export async function feedAll(peer: LogPeer, deps: FeedDeps, onProblem: (problem: unknown) => void): Promise<void> {
  const { codeServers, events } = deps;
  const join = async (server: Named, signal: AbortSignal, begin: () => Promise<Cursor>): Promise<void> => {
    try {
      await follow(peer, server, await begin(), signal, deps);
    } catch (error) {
      if (!signal.aborted && !isGone(error)) onProblem(error);
    }
  };
  // Before the list is read: a server is in the list or announced, never neither.
  const members = new Members(peer, events, ({ id, name }, signal) => {
    void join({ id, name }, signal, async () => {
      await initial;
      return { log: await codeServers.log(id), after: 0 };
    });
  });
  const present = codeServers.list().map((server) => ({ server, signal: members.enter(server.id) }));
  const begin = async (): Promise<(() => void)[]> => {
    let logs: readonly LegacyLog[] = [];
    const starts: (() => void)[] = [];
    // One after the other, keeping no more than will be sent.
    for (const { server, signal } of present) {
      if (signal.aborted) continue;
      try {
        const log = await codeServers.log(server.id);
        const found = await newest(server, log);
        logs = limited([...logs, ...found.logs].toSorted(byTime));
        starts.push(() => void join(server, signal, async () => ({ log, after: found.after })));
      } catch (error) {
        if (!signal.aborted && !isGone(error)) onProblem(error);
      }
    }
    await peer.send([{ type: 'initial_logs', logs }]);
    return starts;
  };
  const initial = begin();
  for (const start of await initial) start();
}

/** The code-servers whose lines a peer gets: until they are deleted, or it goes. */
class Members {
  readonly #peer: LogPeer;
  readonly #left = new Map<string, AbortController>();

  /** `onCreated` hears of servers that come later. */
  constructor(peer: LogPeer, events: ServerDeps['events'], onCreated?: (server: Named, signal: AbortSignal) => void) {
    this.#peer = peer;
    const unsubscribe = events.on(({ event }) => {
      if (event.type === 'codeServer.created') onCreated?.(event.codeServer, this.enter(event.codeServer.id));
      if (event.type === 'codeServer.deleted') {
        this.#left.get(event.id)?.abort();
        this.#left.delete(event.id);
      }
    });
    if (peer.closed.aborted) unsubscribe();
    else peer.closed.addEventListener('abort', unsubscribe, { once: true });
  }

  /** The signal aborts when the server is deleted or the peer has gone. */
  enter(id: string): AbortSignal {
    const left = new AbortController();
    this.#left.set(id, left);
    return AbortSignal.any([left.signal, this.#peer.closed]);
  }
}

async function follow(
  peer: LogPeer,
  server: Named,
  { log, after }: Cursor,
  signal: AbortSignal,
  { codeServers }: FeedDeps,
): Promise<void> {
  let { name } = server;
  await deliverAll(log.follow(after, signal), (entries) => {
    name = nameNow(codeServers, server.id) ?? name;
    return peer.send(newLogs(entries, { id: server.id, name }));
  });
}

/** It may have been renamed, and it may be gone. One server is looked up: this is asked for each batch. */
function nameNow(codeServers: FeedDeps['codeServers'], id: string): string | undefined {
  try {
    return codeServers.get(id).name;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function* newLogs(entries: readonly LogEntry[], server: Named): Generator<object> {
  for (const entry of entries) yield { type: 'new_log', log: legacyLog(entry, server) };
}

async function newest(server: Named, log: ResourceLog): Promise<{ logs: LegacyLog[]; after: number }> {
  // Read first: what comes while an empty log is being read is not in its tail.
  const { lastSeq } = log;
  const entries = await log.tail(initialPerServer);
  return { logs: entries.map((entry) => legacyLog(entry, server)), after: entries.at(-1)?.seq ?? lastSeq };
}

/** The last ones that fit into the first message. */
function limited(logs: readonly LegacyLog[]): LegacyLog[] {
  let length = 0;
  let from = logs.length;
  while (from > 0 && logs.length - from < initialInAll) {
    length += logs[from - 1]?.message.length ?? 0;
    if (length > initialLength) break;
    from--;
  }
  return logs.slice(from);
}

/** ISO 8601 in UTC sorts as text. */
function byTime(a: LegacyLog, b: LegacyLog): number {
  return a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0;
}

function isGone(error: unknown): boolean {
  return error instanceof DevyardError && error.code === 'not-found';
}
