import type { ServerResponse } from 'node:http';
import { systemClock } from '../../managers/shared/clock.ts';
import { DevyardError } from '../../managers/shared/errors.ts';
import type { NumberedEvent } from '../../managers/shared/events/types.ts';
import type { ResourceLog } from '../../managers/shared/logs/types.ts';
import type { StateEvent, TransientEvent } from '../contract/events.ts';
import { deliverAll } from './deliver.ts';
import type { ServerDeps } from './deps.ts';
import { failureBody, failureOf } from './errors.ts';
import { followDevServerLogs } from './devServerLogs.ts';
import { SseStream } from './sseStream.ts';

type StreamDeps = Pick<
  ServerDeps,
  'devServers' | 'events' | 'onTransient' | 'onClients' | 'onWindows' | 'onProblem' | 'clock'
>;

/** What a subscriber says of itself and wants besides events. */
export interface Wishes {
  /** It is an editor window. */
  readonly window: boolean;
  /** Whose log lines to send, too. */
  readonly devServerLogs: 'all' | readonly string[];
}

/** How long a replay waits for a reader that has stopped reading. */
const stalledMs = 30_000;

/** The open streams of one API server. */
export interface EventStreams {
  /** Serves `GET /api/events`. `after` is the last event the caller knows; undefined: only what comes. */
  serveEvents(response: ServerResponse, after: number | undefined, wishes: Wishes): void;
  /** Serves the log stream of a code-server. */
  serveLog(response: ServerResponse, log: ResourceLog, after: number): Promise<void>;
  /** Ends every stream. */
  close(): void;
}

export function createEventStreams(deps: StreamDeps): EventStreams {
  const clock = deps.clock ?? systemClock;
  const streams = new Set<SseStream>();
  let clients = 0;
  let windows = 0;

  const track = (stream: SseStream): void => {
    streams.add(stream);
    whenClosed(stream, () => streams.delete(stream));
  };

  return {
    serveEvents(response, after, { window, devServerLogs }) {
      const stream = new SseStream(response, clock);
      track(stream);
      deps.onClients(++clients);
      if (window) deps.onWindows(++windows);
      const unsubscribe = subscribe(stream, after, deps, (ms, task) => clock.after(ms, task));
      const endLogs = followDevServerLogs(stream, devServerLogs, deps);
      whenClosed(stream, () => {
        unsubscribe();
        endLogs();
        deps.onClients(--clients);
        if (window) deps.onWindows(--windows);
      });
    },
    async serveLog(response, log, after) {
      const stream = new SseStream(response, clock);
      track(stream);
      try {
        await deliverAll(log.follow(after, stream.closed), (entries) => {
          const last = entries.at(-1);
          return last ? stream.deliver({ id: last.seq, event: 'log', data: entries }) : Promise.resolve();
        });
      } catch (error) {
        const failure = failureOf(error);
        if (failure.internal !== undefined) deps.onProblem(failure.internal);
        stream.send({ event: 'error', data: failureBody(failure, '') });
      }
      stream.end();
    },
    close() {
      for (const stream of streams) stream.end();
    },
  };
}

/** Sends hello, the replay and then what comes, without gap or double. */
function subscribe(
  stream: SseStream,
  after: number | undefined,
  { events, onTransient, onProblem }: StreamDeps,
  later: (ms: number, task: () => void) => () => void,
): () => void {
  const transient = (data: TransientEvent): void => stream.send({ event: data.type, data });
  // The cursor: everything up to and including this id was sent or need not be.
  let sent = after ?? events.lastId;
  let replaying = true;

  const send = ({ id, event }: NumberedEvent<StateEvent>): void => {
    if (id <= sent) return;
    sent = id;
    stream.send({ id, event: event.type, data: event });
  };
  const reset = (): void => {
    sent = events.lastId;
    transient({ type: 'reset', lastEventId: sent });
  };

  // A long replay may be larger than the limit for slow readers, so it goes out at the reader's pace;
  // what is appended meanwhile is in the log and is read from there in the next round.
  const replay = async (): Promise<void> => {
    while (sent !== events.lastId) {
      // A number from the future was given by another data directory, or before the store was lost.
      const missed = sent > events.lastId ? undefined : events.since(sent);
      if (missed === undefined) reset();
      else if (missed.length === 0) break;
      for (const event of missed ?? []) {
        send(event);
        if (stream.congested) {
          const giveUp = later(stalledMs, () => stream.destroy());
          await stream.drained();
          giveUp();
        }
        if (stream.closed.aborted) return;
      }
    }
    replaying = false;
  };

  transient({ type: 'hello', lastEventId: events.lastId });
  const stops = [
    events.on((event) => {
      if (!replaying) send(event);
    }),
    onTransient((event) => {
      // Worth nothing a moment later: a reader that lags gets none.
      if (!replaying && !stream.congested) transient(event);
    }),
  ];
  replay().catch((error: unknown) => {
    onProblem(`The replay of events failed: ${failureOf(error).internal ?? String(error)}`);
    stream.destroy();
  });
  return () => {
    for (const stop of stops) stop();
  };
}

function whenClosed(stream: SseStream, task: () => void): void {
  if (stream.closed.aborted) task();
  else stream.closed.addEventListener('abort', task, { once: true });
}

/** Throws `invalid` for what is no wish. */
export function readWishes(query: unknown): Wishes {
  const { window, devServerLogs } = (query ?? {}) as { window?: unknown; devServerLogs?: unknown };
  if (devServerLogs !== undefined && typeof devServerLogs !== 'string') {
    throw new DevyardError('invalid', 'devServerLogs was given more than once.', {
      field: 'devServerLogs',
      hint: 'Send "all", or ids with commas between them.',
    });
  }
  const ids = (devServerLogs ?? '').split(',').filter((id) => id !== '');
  return { window: window === 'true', devServerLogs: ids.includes('all') ? 'all' : ids };
}

/** The last id a caller knows. The header wins: a reconnecting EventSource repeats its first query. Throws `invalid`. */
export function readAfter(query: unknown, header: string | string[] | undefined): number | undefined {
  const fromHeader = typeof header === 'string' && header !== '' ? header : undefined;
  const given = fromHeader ?? (query as { after?: unknown } | undefined)?.after;
  if (given === undefined) return undefined;
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given);
  throw new DevyardError('invalid', 'That is not the number of an event or log entry.', {
    field: fromHeader === undefined ? 'after' : 'Last-Event-ID',
    hint: 'Send the number of the last one you have seen, as digits, or nothing.',
  });
}
