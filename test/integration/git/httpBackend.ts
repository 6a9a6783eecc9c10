import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

export interface HttpBackendOptions {
  /** The folder with the repositories. */
  readonly root: string;
  /** Demanded with Basic authentication. */
  readonly account?: { readonly user: string; readonly password: string };
  /** Default: any free one. */
  readonly port?: number;
  /** Answers nothing at all. */
  readonly silent?: boolean;
  /** Each pack stops after so many bytes until `release` is called. */
  readonly holdAfter?: number;
}

export interface HttpBackend extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly requests: readonly { readonly url: string; readonly authorization: string | undefined }[];
  /** Settles when the first request has come. */
  readonly asked: Promise<void>;
  readonly release: () => void;
}

/** Git's smart HTTP protocol through `git http-backend`, a CGI program (RFC 3875). */
export async function openHttpBackend(options: HttpBackendOptions): Promise<HttpBackend> {
  const requests: { url: string; authorization: string | undefined }[] = [];
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    requests.push({ url: request.url ?? '', authorization });
    asked.resolve();
    if (options.silent === true) return;
    if (options.account !== undefined && authorization !== basic(options.account)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="Devyard test"' }).end('Sign in.');
      return;
    }
    serve(options, released.promise, request, response);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    asked: asked.promise,
    release: released.resolve,
    async [Symbol.asyncDispose]() {
      released.resolve();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function serve(
  { root, holdAfter }: HttpBackendOptions,
  released: Promise<void>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://loopback');
  const { headers } = request;
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: headers['content-type'],
      CONTENT_LENGTH: headers['content-length'],
      HTTP_CONTENT_ENCODING: headers['content-encoding'],
      HTTP_GIT_PROTOCOL: headers['git-protocol']?.toString(),
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  response.once('close', () => backend.kill('SIGKILL'));
  backend.stdin.on('error', () => request.destroy());
  request.pipe(backend.stdin);
  const pack = request.method === 'POST' && holdAfter !== undefined;
  const body = pack ? holding(holdAfter, released) : undefined;
  let head: Buffer | undefined = Buffer.alloc(0);
  backend.stdout.on('data', (piece: Buffer) => {
    if (head === undefined) return;
    head = Buffer.concat([head, piece]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    writeHead(response, head.subarray(0, end).toString('latin1'));
    const rest = head.subarray(end + 4);
    head = undefined;
    const sink = body ?? response;
    body?.pipe(response);
    sink.write(rest);
    backend.stdout.removeAllListeners('data');
    backend.stdout.pipe(sink);
  });
}

function writeHead(response: ServerResponse, head: string): void {
  const fields = head.split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const status = fields.find(([name]) => name.toLowerCase() === 'status')?.[1];
  response.statusCode = Number.parseInt(status ?? '200', 10);
  for (const [name, value] of fields) if (name.toLowerCase() !== 'status') response.setHeader(name, value);
}

/** Passes the first bytes at once, and the rest when it is released. */
function holding(after: number, released: Promise<void>): Transform {
  let left = after;
  return new Transform({
    async transform(piece: Buffer, _encoding, done) {
      const now = piece.subarray(0, left);
      const later = piece.subarray(now.length);
      left -= now.length;
      this.push(now);
      if (later.length > 0) await released;
      done(null, later);
    },
  });
}
