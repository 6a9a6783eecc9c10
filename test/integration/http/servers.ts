import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure, type Server as SecureServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcp, type Server as TcpServer, type Socket } from 'node:net';
import type { Identity } from './certificates.ts';

export interface Listening<S extends TcpServer> extends AsyncDisposable {
  readonly server: S;
  readonly port: number;
  /** Connections that were ever made. */
  readonly connections: () => number;
}

export async function listen<S extends TcpServer>(server: S): Promise<Listening<S>> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export const plain = (listener: RequestListener): Promise<Listening<Server>> => listen(createServer(listener));

/** Answers `ok`, and remembers the keys that it was shown. */
export async function secured(identity: Identity): Promise<Listening<SecureServer> & { readonly keys: string[] }> {
  const keys: string[] = [];
  const listening = await listen(
    createSecure(identity, (request, response) => {
      keys.push(String(request.headers['x-api-key']));
      response.end('ok');
    }),
  );
  return { ...listening, keys };
}

export interface ProxyServer extends Listening<Server> {
  /** First lines and logins of what it was asked: `CONNECT localhost:1 Basic …`. */
  readonly asked: string[];
}

/** An HTTP proxy that connects anywhere (RFC 9110, 9.3.6), or refuses with a status. */
export async function proxyServer(refusal?: number): Promise<ProxyServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${String(request.method)} ${String(request.url)} ${String(request.headers['proxy-authorization'])}`);
    response.end('from the proxy');
  });
  server.on('connect', (request, client: Socket, head: Buffer) => {
    asked.push(`CONNECT ${String(request.url)} ${String(request.headers['proxy-authorization'])}`);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${String(refusal)} No\r\nContent-Length: 4\r\n\r\nSTOP`);
      return;
    }
    const { hostname, port } = new URL(`http://${String(request.url)}`);
    const target = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    target.on('error', () => client.destroy());
    client.on('error', () => target.destroy());
  });
  return { ...(await listen(server)), asked };
}

/** Speaks no HTTP: does with a connection what a test says. */
export const raw = (serve: (socket: Socket) => void): Promise<Listening<TcpServer>> => listen(createTcp(serve));
