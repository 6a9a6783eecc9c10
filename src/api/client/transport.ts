import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { ErrorBody } from '../contract/common.ts';

/** Where a daemon listens. The token is required on the socket, too. */
export type Address =
  { readonly socket: string; readonly token: string } | { readonly url: string; readonly token: string };

/** The daemon's answer was an error, or there was no answer (`code: 'unavailable'`, `status: 0`). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  readonly hint: string | undefined;
  readonly field: string | undefined;

  constructor(about: ApiErrorOptions) {
    super(about.message, { cause: about.cause });
    this.code = about.code;
    this.status = about.status;
    this.hint = about.hint;
    this.field = about.field;
  }
}

export interface ApiErrorOptions {
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly field?: string | undefined;
  readonly cause?: unknown;
}

export interface Send {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface BeginExchange {
  readonly path: string;
  /** Content type of the body. */
  readonly type: string;
  readonly first: Buffer;
  readonly signal?: AbortSignal | undefined;
}

/** A request whose body is written while its answer is read. */
export interface Exchange {
  readonly request: ClientRequest;
  readonly answer: IncomingMessage;
}

/** Requests to one daemon over a Unix socket, named pipe or TCP. */
export class Transport {
  readonly #headers: Readonly<Record<string, string>>;
  readonly #target: { readonly socketPath: string } | { readonly host: string; readonly port: string };
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });

  constructor(address: Address) {
    this.#headers = { Authorization: `Bearer ${address.token}` };
    if ('socket' in address) {
      this.#target = { socketPath: address.socket };
    } else {
      const { hostname, port } = new URL(address.url);
      this.#target = { host: hostname.replace(/^\[|\]$/g, ''), port };
    }
  }

  /** The head of a successful answer, its body still to be read; everything else rejects with ApiError. */
  async send(send: Send): Promise<IncomingMessage> {
    const answer = await this.#attempt(send, send.method === 'GET');
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    throw errorOf(status, await readText(answer, send.signal));
  }

  /**
   * Posts on a connection of its own, beginning with `first`; more may be written while the answer is read. Resolves with the
   * head of a successful answer, everything else rejects with ApiError.
   */
  async exchange({ path, type, first, signal }: BeginExchange): Promise<Exchange> {
    // A connection that was idle may break as it is used, and nobody could tell whether the request was heard.
    const headers = { ...this.#headers, 'Content-Type': type, Connection: 'keep-alive' };
    const request = httpRequest({ ...this.#target, method: 'POST', path, headers, agent: false, ...signalOf(signal) });
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve);
        request.on('error', reject);
        request.write(first);
      });
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return { request, answer };
      throw errorOf(status, await readText(answer, signal));
    } catch (error) {
      request.destroy();
      if (error instanceof ApiError) throw error;
      throw signal?.aborted === true ? cancelled(error) : unavailable(error);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #attempt(send: Send, mayRepeat: boolean): Promise<IncomingMessage> {
    let outgoing: ClientRequest | undefined;
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        outgoing = this.#open(send);
        outgoing.on('response', resolve);
        outgoing.on('error', reject);
      });
    } catch (error) {
      if (send.signal?.aborted === true) throw cancelled(error);
      // The daemon may close an idle connection just as it is used again.
      if (mayRepeat && outgoing?.reusedSocket === true) return this.#attempt(send, false);
      throw unavailable(error);
    }
  }

  #open({ method, path, headers, body, signal }: Send): ClientRequest {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const options = {
      method,
      agent: this.#agent,
      ...signalOf(signal),
      headers: {
        ...this.#headers,
        ...headers,
        ...(json === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) }),
      },
    };
    const outgoing = httpRequest({ ...options, ...this.#target, path });
    outgoing.end(json);
    return outgoing;
  }
}

/** Reads a body to its end. Rejects with ApiError when it breaks off. */
export async function readText(answer: IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  } catch (error) {
    throw signal?.aborted === true ? cancelled(error) : unavailable(error);
  }
}

export function unavailable(cause: unknown): ApiError {
  // Node.js says “aborted” or “socket hang up” of a daemon that died meanwhile.
  const isBroken = (cause as { code?: unknown } | undefined)?.code === 'ECONNRESET';
  const text = isBroken ? 'the connection broke' : cause instanceof Error ? cause.message : String(cause);
  return new ApiError({
    code: 'unavailable',
    status: 0,
    message: `The Devyard daemon does not answer: ${text}`,
    cause,
  });
}

const signalOf = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

export function cancelled(cause: unknown): ApiError {
  return new ApiError({ code: 'cancelled', status: 0, message: 'The call was cancelled.', cause });
}

/** The error form of the API, or what can be said of an answer that is none of its own. */
export function errorOf(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as ErrorBody;
    return new ApiError({ ...error, status });
  } catch {
    return new ApiError({ code: 'unavailable', status, message: `The daemon answered ${status} without saying why.` });
  }
}
