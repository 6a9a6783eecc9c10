import { chmod, unlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type ListenOptions, type Socket } from 'node:net';
import { DevyardError, errnoOf, messageOf } from '../../managers/shared/errors.ts';
import { portTaken } from '../../managers/shared/ports/holder.ts';
import type { DoorPolicy } from './auth.ts';
import { streamingServer } from './gate/forward.ts';
import type { Upgrade } from './upgrades.ts';

/** How long answers in flight may take after `close`. */
const closeGraceMs = 1_000;

/** What answers on every listener. `door` is undefined on a Unix socket. */
export interface Service {
  /** Also answers Expect: 100-continue. */
  serve(request: IncomingMessage, response: ServerResponse, door: DoorPolicy | undefined): void;
  upgrade(request: IncomingMessage, upgrade: Upgrade, door: DoorPolicy | undefined): void;
  /** Whether a request may leave HTTP; others are served as if they had not asked. Node.js before 24.9 does not ask. */
  mayUpgrade(request: IncomingMessage): boolean;
}

/** The listeners of one API server: they share everything but their door. */
export class Listeners {
  readonly #service: Service;
  readonly #onProblem: (message: string) => void;
  readonly #servers = new Map<Server, Connections>();

  constructor(service: Service, onProblem: (message: string) => void) {
    this.#service = service;
    this.#onProblem = onProblem;
  }

  /** Listens on a Unix socket (mode 0600) or named pipe. The caller holds the lock of the data directory. */
  async listenSocket(path: string): Promise<void> {
    const isPipe = path.startsWith('\\\\.\\pipe\\');
    try {
      await this.#listen({ path }, () => undefined);
    } catch (error) {
      if (errnoOf(error) !== 'EADDRINUSE' || isPipe) throw error;
      if (await answers(path))
        throw new DevyardError('conflict', `Another daemon listens on ${path}.`, { cause: error });
      // A daemon that was killed leaves its socket file behind.
      await unlink(path);
      await this.#listen({ path }, () => undefined);
    }
    if (!isPipe) await chmod(path, 0o600);
  }

  /** Listens on TCP and gives the URL it really got. Rejects `port-taken`, or `invalid` for an address this machine has not. */
  async listenTcp(host: string, port: number): Promise<string> {
    const door = { host, port };
    try {
      const server = await this.#listen({ host, port }, () => door);
      door.port = (server.address() as AddressInfo).port;
    } catch (error) {
      if (errnoOf(error) === 'EADDRINUSE') throw await portTaken(port, error);
      throw new DevyardError('invalid', `Devyard cannot listen on ${host}:${port}: ${messageOf(error)}`, {
        field: 'listen',
        hint: 'Use an address of this machine and a port above 1023.',
        cause: error,
      });
    }
    return `http://${host.includes(':') ? `[${host}]` : host}:${door.port}`;
  }

  /** Stops listening at once; answers in flight get a moment, then their connections are cut. */
  async close(): Promise<void> {
    await Promise.all([...this.#servers].map(([server, connections]) => closeServer(server, connections)));
    this.#servers.clear();
  }

  async #listen(options: ListenOptions, door: () => DoorPolicy | undefined): Promise<Server> {
    const service = this.#service;
    const server = createServer({
      ...streamingServer,
      shouldUpgradeCallback: (request) => service.mayUpgrade(request),
    });
    const connections = new Connections();
    connections.watch(server);
    for (const event of ['request', 'checkContinue'] as const) {
      server.on(event, (request, response) => service.serve(request, response, door()));
    }
    server.on('upgrade', (request, socket: Socket, head) => service.upgrade(request, { socket, head }, door()));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => this.#onProblem(`A listener of the API failed: ${messageOf(error)}`));
    this.#servers.set(server, connections);
    return server;
  }
}

/** The connections of one listener and how many answers each still owes. */
class Connections {
  readonly #owed = new Map<Socket, number>();
  #closing = false;

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#owed.set(socket, 0);
      socket.on('close', () => this.#owed.delete(socket));
    });
    // Upgraded connections owe no answer: they are among the first to be cut.
    for (const event of ['request', 'checkContinue'] as const) {
      server.on(event, ({ socket }: IncomingMessage, response: ServerResponse) => {
        this.#count(socket, 1);
        response.on('close', () => this.#count(socket, -1));
      });
    }
  }

  /** Cuts what owes nothing now and the rest as soon as it does. node:http would wait for those that never asked anything. */
  close(): void {
    this.#closing = true;
    for (const [socket, owed] of this.#owed) if (owed === 0) socket.destroy();
  }

  #count(socket: Socket, change: number): void {
    const owed = (this.#owed.get(socket) ?? 0) + change;
    if (this.#owed.has(socket)) this.#owed.set(socket, owed);
    if (this.#closing && owed === 0) socket.destroySoon();
  }
}

async function closeServer(server: Server, connections: Connections): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    connections.close();
  });
}

/** Whether somebody accepts connections on a Unix socket. */
async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
