import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GateTarget } from '../../../managers/codeServers/ports.ts';
import { admit, type AdmissionDeps } from './admission.ts';
import { forward, type Upstream } from './forward.ts';
import { rawPage, refusedPage, sendPage } from './pages.ts';
import { forwardUpgrade } from './upgrade.ts';

/** How a request came to a code-server: on the server's own port, or below a path of the API. */
export interface Approach {
  /** What the code-server is asked for: the bytes of the request's target without what led here. */
  readonly path: string;
  /** Where the browser shows the cookies it gets here. */
  readonly cookiePath: string;
}

/** The way to one running code-server. Its own port and its path in the API are two entrances to the same. */
export class Passage {
  target: GateTarget;
  readonly #deps: AdmissionDeps;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 64 });
  /** Clients whose connections are no longer HTTP's. */
  readonly #upgraded = new Set<Socket>();

  constructor(target: GateTarget, deps: AdmissionDeps) {
    this.target = target;
    this.#deps = deps;
  }

  /** Breaks off everything that is under way. */
  close(): void {
    this.#agent.destroy();
    for (const socket of this.#upgraded) socket.destroy();
  }

  /** For `request` and `checkContinue`: Expect is answered here, after a look at the credential. */
  serve(request: IncomingMessage, response: ServerResponse, { path, cookiePath }: Approach): void {
    const admission = admit(request, this.target.id, cookiePath, this.#deps);
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
      forward(request, response, path, this.#upstream);
    }
  }

  /** For `upgrade`. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, { path, cookiePath }: Approach): void {
    // Nobody else listens on a socket that node:http has handed over.
    socket.on('error', () => socket.destroy());
    const admission = admit(request, this.target.id, cookiePath, this.#deps);
    if (admission.kind === 'forward') {
      this.#upgraded.add(socket);
      socket.on('close', () => this.#upgraded.delete(socket));
      forwardUpgrade(request, socket, head, path, this.#upstream);
      return;
    }
    const page =
      admission.kind === 'refuse'
        ? refusedPage(admission.status, this.target.name, admission.reason)
        : refusedPage(401, this.target.name, 'A ticket opens a page, not a connection.');
    socket.end(rawPage(page));
  }

  get #upstream(): Upstream {
    const { name, socketPath } = this.target;
    return { name, socketPath, agent: this.#agent, isToken: this.#deps.isToken };
  }
}
