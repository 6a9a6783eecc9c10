import { createConnection } from 'node:net';
import { bearer, startApi, type ApiWorld } from './apiWorld.ts';
import { id } from './fakes.ts';
import { createGateWorld, type GateWorld } from './gateWorld.ts';
import { ask } from './http.ts';

/** A code-server behind its gate, and the API that shows it below /vscode. */
export interface ProxyWorld {
  readonly gate: GateWorld;
  readonly api: ApiWorld;
  /** `/vscode/<port>`, without a slash behind. */
  readonly prefix: string;
  /** host:port of the API on TCP. */
  readonly host: string;
  /** A new one-time ticket, as path and query. */
  ticketPath(): string;
  /** Exchanges a ticket for the Cookie header a browser would send. */
  enter(): Promise<string>;
  /** A connection to the API, with the head of a request for an upgrade already sent. */
  ask101(path: string, headers?: string): ReturnType<typeof createConnection>;
  close(): Promise<void>;
}

export { bearer };
export const bearerLine = `Authorization: ${bearer.Authorization}\r\n`;
export const webSocketKey = 'dGhlIHNhbXBsZSBub25jZQ==';

export async function createProxyWorld(): Promise<ProxyWorld> {
  const gate = await createGateWorld();
  const api = await startApi((world) => ({ ...world, deps: { ...world.deps, passages: gate.gates } }));
  const host = `127.0.0.1:${api.tcp.port}`;
  const ticketPath = (): string => {
    const { pathname, search } = new URL(gate.gates.mintProxyTicket(id, `http://${host}`).url);
    return pathname + search;
  };
  return {
    gate,
    api,
    prefix: `/vscode/${gate.port}`,
    host,
    ticketPath,
    async enter() {
      const { headers } = await ask(api.tcp, 'GET', ticketPath());
      return (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0] ?? '').join('; ');
    },
    ask101(path, headers = bearerLine) {
      const socket = createConnection(api.tcp).on('error', () => undefined);
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${webSocketKey}\r\nSec-WebSocket-Version: 13\r\n${headers}\r\n`,
      );
      return socket;
    },
    async close() {
      await api.close();
      await gate.close();
    },
  };
}
