import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DevyardError } from '../../managers/shared/errors.ts';
import type { Authority, DoorPolicy } from './auth.ts';
import type { Passages } from './deps.ts';
import { isNavigation } from './gate/forward.ts';
import { absentPage, sendPage } from './gate/pages.ts';
import type { Passage } from './gate/passage.ts';
import { readProxyPath, type ProxiedTarget } from './gate/proxyPath.ts';
import type { Upgrade } from './upgrades.ts';

interface Found {
  readonly passage: Passage;
  readonly target: ProxiedTarget;
}

/** `ANY /vscode/:port/*`: the running code-servers below paths of the API. */
export interface Proxy {
  /** The code-server that a request is for; undefined: the request is the API's own business, refusals included. */
  find(request: IncomingMessage, door: DoorPolicy | undefined): Found | undefined;
  /** Answers a browser's page request for a port without a running code-server; false: it is none. The same for every port. */
  serveAbsent(request: IncomingMessage, response: ServerResponse, door: DoorPolicy | undefined): boolean;
  serve(request: IncomingMessage, response: ServerResponse, found: Found): void;
  upgrade(request: IncomingMessage, upgrade: Upgrade, found: Found): void;
}

/**
 * Stands before Fastify, whose router would decode the path and whose parsers would read the body: a code-server gets
 * both as they came. Host and Origin are judged as the API's everywhere.
 */
export function createProxy(passages: Passages, authority: Authority): Proxy {
  return {
    find(request, door) {
      const target = readProxyPath(request.url ?? '');
      if (target === undefined) return undefined;
      const passage = passages.onPort(target.port);
      return passage !== undefined && authority.isOwnPage(request, door) ? { passage, target } : undefined;
    },
    serveAbsent(request, response, door) {
      const isPage = readProxyPath(request.url ?? '') !== undefined && isNavigation(request);
      if (!isPage || !authority.isOwnPage(request, door)) return false;
      sendPage(response, absentPage());
      return true;
    },
    serve(request, response, { passage, target: { approach, port, query } }) {
      if (approach !== undefined) passage.serve(request, response, approach);
      else response.writeHead(307, redirectHeaders(port, query)).end();
    },
    upgrade(request, { socket, head }, { passage, target: { approach, port, query } }) {
      if (approach !== undefined) {
        passage.upgrade(request, socket, head, approach);
        return;
      }
      const lines = Object.entries(redirectHeaders(port, query)).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 307 Temporary Redirect\r\n${lines.join('')}Connection: close\r\n\r\n`, 'latin1');
    },
  };
}

/** Says of everything else below `/vscode` that it is not there. */
export function registerProxyMisses(app: FastifyInstance): void {
  app.all('/vscode/*', {
    schema: { hide: true },
    // Before the body is looked at: nobody wants it.
    onRequest: async ({ url }) => {
      const port = /^\/vscode\/(\d+)(?:[/?]|$)/.exec(url)?.[1];
      throw new DevyardError(
        'not-found',
        port === undefined
          ? 'That is not the port of a code-server.'
          : `No code-server of Devyard runs on port ${port}.`,
        { hint: 'The path is /vscode/<port>/, with the port of a running one; GET /servers lists them all.' },
      );
    },
    handler: () => undefined,
  });
}

/** Relative, hence right behind a proxy with a prefix of its own. */
function redirectHeaders(port: number, query: string): Record<string, string> {
  return {
    Location: `./${port}/${query}`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Content-Length': '0',
  };
}
