import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { Fault, Faults } from './faults.ts';
import type { Keys } from './keys.ts';
import { errorBody, type Procedures, RpcError } from './rpc.ts';

export interface RecordedRequest {
  /** `application.deploy`; of anything else the path. */
  readonly procedure: string;
  readonly method: string;
  /** Query or body, as it came. */
  readonly input: unknown;
  /** Milliseconds on the monotonic clock. */
  readonly at: number;
  /** Of the answer; undefined while there is none, and for good where none was given. */
  status: number | undefined;
}

interface Options {
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  readonly keepAlive: boolean;
  readonly procedures: Procedures;
  readonly keys: Keys;
  readonly faults: Faults;
  readonly requests: RecordedRequest[];
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

const securityHeaders = {
  'x-frame-options': 'DENY',
  'content-security-policy': "frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
};
const json = 'application/json';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** With its length instead of in chunks. */
  readonly sized?: boolean;
}

const inJson = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': json, vary: 'Accept-Encoding' },
  text: body === undefined ? '' : JSON.stringify(body),
});

/** Plain, without code or data, for every kind of key that is not accepted (recorded answers 1 to 3, 104, 106). */
const unauthorized: Answer = {
  status: 401,
  headers: { 'content-type': 'application/json; charset=utf-8', etag: '"hwxzxeosy8q"', vary: 'Accept-Encoding' },
  text: '{"message":"Unauthorized"}',
  sized: true,
};
const loginPage: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  text: '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>',
  sized: true,
};

/** The face of the double: what comes in is counted, may go wrong on purpose, and is answered like Dokploy does. */
export async function openHttp(options: Options) {
  const { procedures, keys, faults, requests } = options;
  const sockets = new Set<Socket>();

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => request.socket.destroy());
  };
  let server = make();
  function make(): Server {
    const made = options.tls === undefined ? createPlain(handle) : createSecure(options.tls, handle);
    made.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    made.on('upgrade', (request, socket, head) => {
      options.upgrade(request, socket as Socket, head);
    });
    return made;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double');
    const procedure = url.pathname.startsWith('/api/') ? url.pathname.slice('/api/'.length) : url.pathname;
    const body = await read(request);
    const record: RecordedRequest = {
      procedure,
      method: request.method ?? '',
      input: request.method === 'POST' ? parsed(body) : Object.fromEntries(url.searchParams),
      at: performance.now(),
      status: undefined,
    };
    requests.push(record);
    const fault = faults.take(procedure);
    await faults.pass(procedure, 'before');
    if (fault === 'torn-before') {
      request.socket.destroy();
      return;
    }
    if (typeof fault === 'object' && 'delayMs' in fault) await wait(fault.delayMs);
    const result = instead(fault) ?? (await call(request, procedure, url.searchParams, body));
    await faults.pass(procedure, 'after');
    if (fault === 'silent') return;
    if (fault === 'torn-after') {
      request.socket.destroy();
      return;
    }
    record.status = result.status;
    await send(response, result, fault);
  }

  async function call(
    request: IncomingMessage,
    procedure: string,
    search: URLSearchParams,
    body: string,
  ): Promise<Answer> {
    if (procedure === 'health') return inJson(200, { ok: true });
    const key = request.headers['x-api-key'];
    if (typeof key !== 'string' || !keys.admits(key)) return unauthorized;
    try {
      const found = procedures[procedure];
      const kind = request.method === 'POST' ? 'mutation' : 'query';
      if (found?.kind !== kind) throw unrouted;
      let input: unknown = Object.fromEntries(search);
      if (kind === 'mutation') {
        const type = request.headers['content-type'] ?? 'text/plain';
        if (!type.startsWith(json))
          // The quotation mark is never closed (recorded answer 17).
          throw new RpcError('UNSUPPORTED_MEDIA_TYPE', `Unsupported content-type "${type}`);
        try {
          input = JSON.parse(body);
        } catch {
          return { status: 400, headers: {}, text: 'Invalid JSON' };
        }
      }
      keys.check(key, procedure);
      return inJson(200, await found.run(await found.input.parseAsync(input), key));
    } catch (error) {
      const failed = errorBody(error, error === unrouted ? undefined : procedure);
      return inJson(failed.status, failed.body);
    }
  }

  async function send(response: ServerResponse, result: Answer, fault: Fault | undefined): Promise<void> {
    const { status, headers, text } = result;
    response.writeHead(status, {
      ...securityHeaders,
      ...headers,
      ...(options.keepAlive ? {} : { connection: 'close' }),
      ...(result.sized === true ? { 'content-length': String(Buffer.byteLength(text)) } : {}),
    });
    response.flushHeaders();
    if (fault === 'half-body') {
      response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.socket?.destroy());
      return;
    }
    if (typeof fault === 'object' && 'dripMs' in fault) {
      for (let at = 0; at < text.length && !response.destroyed; at += 16) {
        response.write(text.slice(at, at + 16));
        await wait(fault.dripMs);
      }
      response.end();
      return;
    }
    const whole = fault === 'malformed-json' ? text.slice(0, -1) : text;
    if (whole !== '') response.write(whole);
    response.end();
  }

  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const goDown = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    dropConnections();
    await closed;
  };
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    dropConnections,
    /** Nobody answers on the port any more. */
    goDown,
    /** Answers on the same port again. */
    async comeUp(): Promise<void> {
      if (server.listening) return;
      server = make();
      await listen(port);
    },
  };
}

/** Its body names no path (recorded answer 12). */
const unrouted = new RpcError('NOT_FOUND', 'Not found');

/** What a fault answers in place of the server; undefined: the server answers. */
function instead(fault: Fault | undefined): Answer | undefined {
  if (fault === 'login-page') return loginPage;
  if (typeof fault !== 'object' || !('status' in fault)) return undefined;
  const { status, body = JSON.stringify({ message: 'Injected' }), contentType = json, headers = {} } = fault;
  return { status, headers: { 'content-type': contentType, ...headers }, text: body };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
