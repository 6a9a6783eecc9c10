import type { Agent, ClientRequestArgs } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';
import { HttpFailure } from '../managers/dokploy/api/types.ts';
import { type Limit, onAbort } from './limit.ts';
import { ended, refused, torn } from './problems.ts';

interface FollowOptions {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  /** Its time is the one to open the socket in. */
  readonly limit: Limit;
  /** Whether whoever follows has ended it. */
  readonly isEndWanted: () => boolean;
}

/** Frames that wait for a slow reader, before the other side is made to wait. */
const maxWaiting = 64;
/** Bytes of one frame. */
const maxPayload = 4 * 1024 * 1024;
/** Normal, going away, none given (RFC 6455, 7.4.1). */
const quietCodes = new Set([1000, 1001, 1005]);

/** The frames of a WebSocket as text, until one side ends it. Throws HttpFailure for any end that is no regular one. */
export async function* followFrames(options: FollowOptions): AsyncGenerator<string, void, undefined> {
  const { url, limit, isEndWanted } = options;
  const waiting: string[] = [];
  let over: { readonly failure: HttpFailure | undefined } | undefined;
  let isOpen = false;
  let isPaused = false;
  let wake = (): void => undefined;

  const settings: ClientOptions & { readonly limit: AbortSignal } & ClientRequestArgs = {
    agent: options.agent,
    headers: options.headers,
    limit: limit.signal,
    maxPayload,
    perMessageDeflate: false,
  };
  const socket = new WebSocket(url, settings);
  const finish = (failure: HttpFailure | undefined): void => {
    over ??= { failure };
    wake();
  };
  socket.once('open', () => {
    isOpen = true;
    limit.liftTime();
  });
  socket.on('message', (data: Buffer) => {
    waiting.push(data.toString());
    if (waiting.length >= maxWaiting && !isPaused) {
      isPaused = true;
      socket.pause();
    }
    wake();
  });
  // Stays: a socket that is given up may still report.
  socket.on('error', (error) => finish(isOpen ? torn(error) : refused(error)));
  socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
    finish(new HttpFailure('torn', `it answered ${String(statusCode)} instead of opening a WebSocket`));
  });
  socket.once('close', (code, reason) => finish(endOf(code, reason)));
  const forget = onAbort(limit.signal, () => {
    finish(ended(limit, false));
    socket.terminate();
  });

  try {
    for (;;) {
      const frame = waiting.shift();
      if (frame !== undefined) {
        if (isEndWanted()) return;
        yield frame;
      } else if (over !== undefined) {
        if (isEndWanted() || over.failure === undefined) return;
        throw over.failure;
      } else {
        if (isPaused) {
          isPaused = false;
          socket.resume();
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    forget();
    socket.terminate();
  }
}

function endOf(code: number, reason: Buffer): HttpFailure | undefined {
  if (quietCodes.has(code)) return undefined;
  const said = reason.length === 0 ? '' : `: ${reason.toString()}`;
  return new HttpFailure('torn', code === 1006 ? 'the connection broke' : `it was closed with ${String(code)}${said}`);
}
