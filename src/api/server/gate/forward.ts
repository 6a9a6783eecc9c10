import {
  request as httpRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { errnoOf } from '../../../managers/shared/errors.ts';
import { endToEnd, requestHeaders, safeTrailers } from './headers.ts';
import { sendPage, startingPage, unreachablePage } from './pages.ts';

/** The code-server behind a gate. */
export interface Upstream {
  readonly name: string;
  readonly socketPath: string;
  readonly agent: Agent;
  readonly isToken: (authorization: string | undefined) => boolean;
}

/** Larger than Node's 16 KB: the jar of 127.0.0.1 is shared by everything on this machine. */
export const maxHeaderBytes = 64 * 1024;

/** For `createServer` where uploads pass: they take as long as they take, but a head must be whole within a minute. */
export const streamingServer: ServerOptions = {
  maxHeaderSize: maxHeaderBytes,
  requestTimeout: 0,
  // Must be said: node:http makes it no longer than requestTimeout, and 0 means for ever.
  headersTimeout: 60_000,
  keepAliveTimeout: 65_000,
  noDelay: true,
};

/** Passes one admitted request on, as one for `path`, streaming both ways; whichever side goes away takes the other with it. */
export function forward(request: IncomingMessage, response: ServerResponse, path: string, upstream: Upstream): void {
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    response.writeHead(501, { Connection: 'close' }).end();
    return;
  }
  // Either side may break off; that is handled where it matters, and is nobody's unhandled error.
  response.on('error', () => undefined);
  request.on('error', () => undefined);
  attempt(request, response, path, upstream, isRepeatable(request));
}

function attempt(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  upstream: Upstream,
  mayRepeat: boolean,
): void {
  let outgoing: ClientRequest;
  try {
    outgoing = send(request, path, upstream);
  } catch {
    // node:http refuses to write what it was willing to read.
    response.writeHead(400, { Connection: 'close' }).end();
    return;
  }
  let answered = false;
  const abandon = (): void => {
    outgoing.destroy();
  };
  response.on('close', abandon);

  outgoing.on('response', (incoming) => {
    answered = true;
    passAnswer(incoming, response);
  });
  outgoing.on('error', (error) => {
    response.off('close', abandon);
    request.unpipe(outgoing);
    // An answer that began fails by itself; one that is complete needs no request any more.
    if (answered || response.destroyed || response.headersSent) return;
    // The server may close an idle connection in the very moment it is used again (RFC 9112, section 9.3.1).
    if (mayRepeat && outgoing.reusedSocket && isReset(error)) {
      dropIdle(upstream.agent);
      attempt(request, response, path, upstream, false);
    } else answerUnreachable(request, response, upstream, error);
  });

  if (hasBody(request)) {
    response.on('finish', () => {
      // Answered before the upload was over: the rest goes nowhere.
      if (request.complete) return;
      request.unpipe(outgoing);
      request.resume();
      outgoing.destroy();
    });
    request.on('end', () => addTrailers(outgoing, request.rawTrailers));
    request.on('aborted', abandon);
    request.pipe(outgoing);
  } else {
    outgoing.end();
  }
}

function send(request: IncomingMessage, path: string, upstream: Upstream): ClientRequest {
  const headers = requestHeaders(request, upstream.isToken);
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  // Without this node:http announces a chunked body for a POST that has none.
  else if (request.headers['content-length'] === undefined && !isBodyless(request.method))
    headers.push('Content-Length', '0');
  return httpRequest({
    socketPath: upstream.socketPath,
    agent: upstream.agent,
    method: request.method,
    // The bytes of the target as they came: %2F, doubled slashes and dots are the server's to judge.
    path,
    headers,
    setHost: false,
    maxHeaderSize: maxHeaderBytes,
  });
}

function passAnswer(incoming: IncomingMessage, response: ServerResponse): void {
  incoming.on('error', () => undefined);
  // Half an answer must not look whole. Not stream.pipeline(): its clean-up costs as much as all the rest of this file.
  incoming.on('close', () => {
    if (!incoming.complete) response.destroy();
  });
  // By the next tick everything that came in one packet with the head was read, and small answers are whole.
  process.nextTick(() => {
    if (response.destroyed) return;
    try {
      response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage ?? '', endToEnd(incoming.rawHeaders));
    } catch {
      // node:http refuses to write what it was willing to read.
      incoming.destroy();
      response.destroy();
      return;
    }
    const first = incoming.read() as Buffer | null;
    if (incoming.complete) {
      incoming.on('end', () => {
        addTrailers(response, incoming.rawTrailers);
        // As a string of bytes it is written together with the head.
        response.end(first?.toString('latin1') ?? '', 'latin1');
      });
      return;
    }
    // An event stream may say nothing for minutes after its head, so that is written now, even alone.
    // Not flushHeaders(): that would write the head as UTF-8, and its strings are bytes.
    response.write(first ?? '', 'latin1');
    incoming.on('end', () => addTrailers(response, incoming.rawTrailers));
    incoming.pipe(response);
  });
}

/** Trailers travel only in a chunked message; elsewhere node:http drops them. */
function addTrailers(message: ClientRequest | ServerResponse, rawTrailers: readonly string[]): void {
  const trailers = safeTrailers(rawTrailers);
  if (trailers.length > 0 && !message.destroyed) message.addTrailers(trailers);
}

/** What was closed at the same time must not meet the second attempt: it gets a connection of its own. */
function dropIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

function answerUnreachable(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: Upstream,
  error: unknown,
): void {
  const absent = ['ENOENT', 'ECONNREFUSED'].includes(errnoOf(error) ?? '');
  sendPage(response, absent && isNavigation(request) ? startingPage(upstream.name) : unreachablePage(upstream.name));
  request.resume();
}

/** A browser that shows the answer as a page, as opposed to a script that reads it. */
export function isNavigation({ method, headers }: IncomingMessage): boolean {
  const mode = headers['sec-fetch-mode'];
  return (
    method === 'GET' && (mode === undefined || mode === 'navigate') && (headers.accept ?? '').includes('text/html')
  );
}

function isRepeatable(request: IncomingMessage): boolean {
  return !hasBody(request) && isBodyless(request.method);
}

function isBodyless(method: string | undefined): boolean {
  return ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE'].includes(method ?? '');
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(errnoOf(error) ?? '');
}
