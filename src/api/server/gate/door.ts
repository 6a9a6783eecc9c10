import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { errnoOf, messageOf } from '../../../managers/shared/errors.ts';
import { portTaken } from '../../../managers/shared/ports/holder.ts';
import { streamingServer } from './forward.ts';
import type { Approach, Passage } from './passage.ts';

/** The listener on one code-server's own port: everything that comes in there is for that server. */
export class Door {
  readonly passage: Passage;
  readonly #onProblem: (message: string) => void;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(passage: Passage, onProblem: (message: string) => void) {
    this.passage = passage;
    this.#onProblem = onProblem;
    const approach = (url = ''): Approach => ({ path: url, cookiePath: '/' });
    this.#server = createServer(streamingServer);
    for (const event of ['request', 'checkContinue'] as const) {
      this.#server.on(event, (request, response) => passage.serve(request, response, approach(request.url)));
    }
    this.#server.on('upgrade', (request, socket: Socket, head) =>
      passage.upgrade(request, socket, head, approach(request.url)),
    );
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on 127.0.0.1 only. Rejects `port-taken`, naming who has it. */
  async open(): Promise<void> {
    const { port } = this.passage.target;
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
      this.#onProblem(`The gate of "${this.passage.target.name}" on port ${port} failed: ${messageOf(error)}`),
    );
  }

  /** Cuts every connection, upgraded ones included; resolves when the port is free. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
    this.passage.close();
  }
}
