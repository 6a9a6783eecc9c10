import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GateTarget } from '../../../managers/codeServers/ports.ts';
import { errnoOf, messageOf } from '../../../managers/shared/errors.ts';
import { portTaken } from '../../../managers/shared/ports/holder.ts';
import { admit, type AdmissionDeps } from './admission.ts';
import { forward, maxHeaderBytes, type Upstream } from './forward.ts';
import { rawPage, refusedPage, sendPage } from './pages.ts';
import { forwardUpgrade } from './upgrade.ts';

/** One listener on one code-server's port. */
export class Door {
  target: GateTarget;
  readonly #deps: AdmissionDeps;
  readonly #onProblem: (message: string) => void;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 64 });
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(target: GateTarget, deps: AdmissionDeps, onProblem: (message: string) => void) {
    this.target = target;
    this.#deps = deps;
    this.#onProblem = onProblem;
    // No limit on the length of an upload; a head must be complete within Node's 60 seconds.
    this.#server = createServer({
      maxHeaderSize: maxHeaderBytes,
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      noDelay: true,
    });
    this.#server.on('request', (request, response) => this.#serve(request, response));
    this.#server.on('checkContinue', (request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, socket: Socket, head) => this.#upgrade(request, socket, head));
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on 127.0.0.1 only. Rejects `port-taken`, naming who has it. */
  async open(): Promise<void> {
    const { port, name } = this.target;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    }).catch(async (error: unknown) => {
      throw errnoOf(error) === 'EADDRINUSE' ? await portTaken(port, error) : error;
    });
    this.#server.on('error', (error) =>
      this.#onProblem(`The gate of "${name}" on port ${port} failed: ${messageOf(error)}`),
    );
  }

  /** Cuts every connection, upgraded ones included; resolves when the port is free. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
    this.#agent.destroy();
  }

  get #upstream(): Upstream {
    const { name, socketPath } = this.target;
    return { name, socketPath, agent: this.#agent, isToken: this.#deps.isToken };
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const admission = admit(request, this.target.id, this.#deps);
    if (admission.kind === 'refuse') {
      sendPage(response, refusedPage(admission.status, this.target.name, admission.reason));
    } else if (admission.kind === 'redirect') {
      response.writeHead(302, {
        Location: admission.location,
        'Set-Cookie': [...admission.cookies],
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        'Content-Length': 0,
      });
      response.end();
    } else {
      if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
      forward(request, response, this.#upstream);
    }
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // Nobody else listens on a socket that node:http has handed over.
    socket.on('error', () => socket.destroy());
    const admission = admit(request, this.target.id, this.#deps);
    if (admission.kind === 'forward') {
      forwardUpgrade(request, socket, head, this.#upstream);
      return;
    }
    const page =
      admission.kind === 'refuse'
        ? refusedPage(admission.status, this.target.name, admission.reason)
        : refusedPage(401, this.target.name, 'A ticket opens a page, not a connection.');
    socket.end(rawPage(page));
  }
}
