import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Upgrade {
  readonly socket: Socket;
  /** What came right behind the request's head: already the new protocol. */
  readonly head: Buffer;
}

/** What a request without an upgrade is told on a path that is for WebSocket connections. */
export function upgradeRequired(): Error {
  return Object.assign(new Error('This path is for WebSocket connections.'), { statusCode: 426 });
}

interface Pending {
  readonly upgrade: Upgrade;
  readonly response: ServerResponse;
  readonly onDrain: () => void;
}

/**
 * Lets requests for an upgrade take the way of all others (hooks, routes, one form of errors) with an ordinary response
 * on the bare socket that node:http hands over. A route that knows the protocol takes the socket back.
 */
export class Upgrades {
  readonly #pending = new WeakMap<IncomingMessage, Pending>();

  /** Gives `serve` the request with a response after which the connection ends. */
  offer(
    request: IncomingMessage,
    upgrade: Upgrade,
    serve: (request: IncomingMessage, response: ServerResponse) => void,
  ): void {
    const { socket } = upgrade;
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    socket.on('error', () => socket.destroy());
    // node:http no longer looks after this socket.
    const onDrain = (): void => void response.emit('drain');
    socket.on('drain', onDrain);
    this.#pending.set(request, { upgrade, response, onDrain });
    response.on('finish', () => {
      response.detachSocket(socket);
      socket.destroySoon();
    });
    serve(request, response);
  }

  /** Whether the request asks for an upgrade. */
  has(request: IncomingMessage): boolean {
    return this.#pending.has(request);
  }

  /** Takes the socket from the response; undefined when the request asks for no upgrade. */
  take(request: IncomingMessage): Upgrade | undefined {
    const found = this.#pending.get(request);
    if (found === undefined) return undefined;
    this.#pending.delete(request);
    const { upgrade, response, onDrain } = found;
    response.detachSocket(upgrade.socket);
    upgrade.socket.off('drain', onDrain);
    return upgrade;
  }
}
