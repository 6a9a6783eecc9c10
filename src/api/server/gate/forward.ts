import {
  request as httpRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
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

/** Passes one admitted request on, streaming both ways; whichever side goes away takes the other with it. */
export function forward(request: IncomingMessage, response: ServerResponse, upstream: Upstream): void {
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    response.writeHead(501, { Connection: 'close' }).end();
    return;
  }
  // Either side may break off; that is handled where it matters, and is nobody's unhandled error.
  response.on('error', () => undefined);
  request.on('error', () => undefined);
  attempt(request, response, upstream, isRepeatable(request));
}

function attempt(request: IncomingMessage, response: ServerResponse, upstream: Upstream, mayRepeat: boolean): void {
  let outgoing: ClientRequest;
  try {
    outgoing = send(request, upstream);
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
    if (mayRepeat && outgoing.reusedSocket && isReset(error)) attempt(request, response, upstream, false);
    else answerUnreachable(request, response, upstream, error);
  });
  response.on('finish', () => {
    // Answered before the upload was over: the rest goes nowhere.
    if (request.complete) return;
    request.unpipe(outgoing);
    request.resume();
    outgoing.destroy();
  });

  if (hasBody(request)) {
    request.on('end', () => addTrailers(outgoing, request.rawTrailers));
    request.on('aborted', abandon);
    request.pipe(outgoing);
  } else {
    outgoing.end();
  }
}

function send(request: IncomingMessage, upstream: Upstream): ClientRequest {
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
    path: request.url,
    headers,
    setHost: false,
    maxHeaderSize: maxHeaderBytes,
  });
}

function passAnswer(incoming: IncomingMessage, response: ServerResponse): void {
  try {
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage ?? '', endToEnd(incoming.rawHeaders));
    // An event stream may say nothing for minutes after its head. Not flushHeaders(): that would write the head as UTF-8,
    // and its strings are bytes.
    response.write('', 'latin1');
  } catch {
    incoming.on('error', () => undefined).destroy();
    response.destroy();
    return;
  }
  incoming.on('end', () => addTrailers(response, incoming.rawTrailers));
  // Destroys the client's connection when the answer breaks off: half an answer must not look whole.
  pipeline(incoming, response, () => undefined);
}

/** Trailers travel only in a chunked message; elsewhere node:http drops them. */
function addTrailers(message: ClientRequest | ServerResponse, rawTrailers: readonly string[]): void {
  const trailers = safeTrailers(rawTrailers);
  if (trailers.length > 0 && !message.destroyed) message.addTrailers(trailers);
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
function isNavigation({ method, headers }: IncomingMessage): boolean {
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
