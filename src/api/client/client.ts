import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ErrorBody } from '../contract/common.ts';
import type { DevyardEvent } from '../contract/events.ts';
import type { LogEntryView } from '../contract/logs.ts';
import type { OperationInput, OperationOutput } from '../contract/operations.ts';
import {
  devServerLogStreamPath,
  devServerTerminalPath,
  eventStreamPath,
  logStreamPath,
  logTextPath,
  routes,
  type OperationId,
} from '../contract/routes.ts';
import { execIn, type WorkspaceCommand } from './exec.ts';
import { ApiError, Transport, readText, unavailable, type Address } from './transport.ts';
import { workspaceLog, type LogSource } from './workspaceLog.ts';

export { ApiError, type Address } from './transport.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly idempotencyKey?: string;
}

export interface ReceivedEvent {
  /** Undefined for transient events. */
  readonly id: number | undefined;
  readonly event: DevyardEvent;
}

export interface EventOptions {
  /** An editor window: what windows started stops some time after the last one has gone. */
  readonly window?: boolean;
}

export interface DevyardClient {
  /** Of the daemon: for what has a connection of its own, such as a terminal (terminalSocket.ts). */
  readonly address: Address;
  call<Id extends OperationId>(id: Id, input: OperationInput<Id>, options?: CallOptions): Promise<OperationOutput<Id>>;
  /** One connection: ends when the server or the signal ends it, rejects with ApiError when it breaks. Begins with `hello`. */
  events(after: number | undefined, signal: AbortSignal, options?: EventOptions): AsyncIterable<ReceivedEvent>;
  /** Log batches of a code-server after a sequence number, then live. */
  logs(id: string, after: number, signal: AbortSignal): AsyncIterable<readonly LogEntryView[]>;
  /** The same of a project with dev servers. */
  devServerLogs(id: string, after: number, signal: AbortSignal): AsyncIterable<readonly LogEntryView[]>;
  /** The whole log of a code-server as text, in pieces as they come. Rejects with ApiError. */
  logText(id: string, signal: AbortSignal): AsyncIterable<Buffer>;
  /**
   * The newest of what a process of a project wrote to its terminal, then what comes, until the process or the signal ends
   * it. Rejects with ApiError, also when the process has no terminal now.
   */
  terminal(id: string, process: string, signal: AbortSignal): AsyncIterable<Buffer>;
  /** Runs a command in a workspace of Dokploy. Resolves when it runs; rejects with ApiError. The signal ends it. */
  exec(id: string, command: string, options?: Pick<CallOptions, 'signal'>): Promise<WorkspaceCommand>;
  /** The newest lines of a workspace's log, then what comes, until the signal ends it. Rejects with ApiError. */
  workspaceLog(id: string, source: LogSource, tail: number, signal: AbortSignal): AsyncIterable<Buffer>;
  /** Closes idle connections; calls in flight fail. */
  close(): void;
}

/** A client for one daemon. Connects when it is first used; keeps connections for the next call. */
export function createClient(address: Address): DevyardClient {
  const transport = new Transport(address);

  return {
    address,
    async call(id, input, options = {}) {
      const [method, template] = routes[id];
      const { params, query, body } = input as CallParts;
      const answer = await transport.send({
        method,
        path: fill(template, params ?? {}) + queryText(query ?? {}),
        headers: options.idempotencyKey === undefined ? {} : { 'Idempotency-Key': options.idempotencyKey },
        body,
        signal: options.signal,
      });
      const text = await readText(answer, options.signal);
      try {
        return JSON.parse(text) as OperationOutput<typeof id>;
      } catch (error) {
        throw unavailable(error);
      }
    },
    async *events(after, signal, { window } = {}) {
      for await (const { id, data } of stream(transport, eventStreamPath + queryText({ after, window }), signal)) {
        yield { id: id === undefined ? undefined : Number(id), event: JSON.parse(data) as DevyardEvent };
      }
    },
    logs: (id, after, signal) => logBatches(transport, logStreamPath(id) + queryText({ after }), signal),
    devServerLogs: (id, after, signal) =>
      logBatches(transport, devServerLogStreamPath(id) + queryText({ after }), signal),
    logText: (id, signal) => bytes(transport, logTextPath(id), signal),
    terminal: (id, process, signal) => bytes(transport, devServerTerminalPath(id, process), signal),
    exec: (id, command, { signal } = {}) => execIn(transport, id, command, signal),
    workspaceLog: (id, source, tail, signal) => workspaceLog(transport, id, source, tail, signal),
    close: () => transport.close(),
  };
}

type Scalar = string | number | boolean;

interface CallParts {
  readonly params?: Readonly<Record<string, Scalar>>;
  readonly query?: Readonly<Record<string, Scalar | undefined>>;
  readonly body?: unknown;
}

/** The messages of one event stream, pulled: a slow reader makes the socket wait, not the memory grow. */
async function* stream(transport: Transport, path: string, signal: AbortSignal): AsyncGenerator<EventSourceMessage> {
  if (signal.aborted) return;
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  try {
    const answer = await transport.send({ method: 'GET', path, headers: { Accept: 'text/event-stream' }, signal });
    answer.setEncoding('utf8');
    for await (const text of answer) {
      parser.feed(text as string);
      for (const message of messages.splice(0)) {
        yield message;
        if (signal.aborted) return;
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof ApiError ? error : unavailable(error);
  }
}

async function* logBatches(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly LogEntryView[]> {
  for await (const { event, data } of stream(transport, path, signal)) {
    if (event === 'log') yield JSON.parse(data) as LogEntryView[];
    else if (event === 'error') throw streamError(data);
  }
}

async function* bytes(transport: Transport, path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const answer = await transport.send({ method: 'GET', path, headers: {}, signal });
  try {
    yield* answer as AsyncIterable<Buffer>;
  } catch (error) {
    throw unavailable(error);
  }
}

function fill(template: string, params: Readonly<Record<string, Scalar>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = encodeURIComponent(params[name] ?? '');
    // A segment of dots alone would be resolved away as a relative path.
    return /^\.{1,2}$/.test(value) ? value.replaceAll('.', '%2E') : value;
  });
}

function queryText(query: Readonly<Record<string, Scalar | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.append(name, String(value));
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}

function streamError(data: string): ApiError {
  const { error } = JSON.parse(data) as ErrorBody;
  return new ApiError({ ...error, status: 200 });
}
