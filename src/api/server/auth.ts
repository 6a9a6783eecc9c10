import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { DevyardError } from '../../managers/shared/errors.ts';
import { countOf } from './gate/headers.ts';

/** What a listener accepts in `Host` and `Origin`. A Unix socket has no browser in front of it and no door policy. */
export interface DoorPolicy {
  /** The address that was asked for, as in `listen(port, host)`. */
  readonly host: string;
  readonly port: number;
}

export interface Authority {
  /** Throws `forbidden` or `unauthorized`. `door` is undefined for the Unix socket. */
  check(request: IncomingMessage, door: DoorPolicy | undefined): void;
  /** The part of `check` that is about Host and Origin, as a question. */
  isOwnPage(request: IncomingMessage, door: DoorPolicy | undefined): boolean;
}

/**
 * The token is asked for everywhere except on `/healthz`, which says nothing but that somebody listens.
 * Host and Origin are checked first and everywhere on TCP, because a web page that rebinds its name to this
 * machine may otherwise probe the daemon from a browser.
 */
export function createAuthority(isToken: (authorization: string | undefined) => boolean): Authority {
  return {
    check(request, door) {
      const problem = browserProblem(request, door);
      if (problem !== undefined) throw problem;
      if (isOpenPath(request)) return;
      if (!isToken(authorizationOf(request))) {
        throw new DevyardError('unauthorized', "The daemon's token is missing or wrong.", {
          hint: 'Send "Authorization: Bearer <token>"; the token is in daemon.json in the data directory.',
        });
      }
    },
    isOwnPage: (request, door) => browserProblem(request, door) === undefined,
  };
}

/** A browser can give a WebSocket no header but its subprotocols: for the log sockets the token may be one of them. */
function authorizationOf({ headers, url }: IncomingMessage): string | undefined {
  if (headers.authorization !== undefined || headers.upgrade === undefined || !/^\/ws\/logs(?:[/?]|$)/.test(url ?? ''))
    return headers.authorization;
  const token = /(?:^|,)\s*bearer\.([^\s,]+)\s*(?:,|$)/.exec(headers['sec-websocket-protocol'] ?? '')?.[1];
  return token === undefined ? undefined : `Bearer ${token}`;
}

function isOpenPath(request: IncomingMessage): boolean {
  return request.method === 'GET' && /^\/healthz(?:\?|$)/.test(request.url ?? '');
}

function browserProblem(request: IncomingMessage, door: DoorPolicy | undefined): DevyardError | undefined {
  if (door === undefined) return undefined;
  const host = request.headers.host?.toLowerCase() ?? '';
  if (countOf(request.rawHeaders, 'host') !== 1 || !isAllowedHost(host, door)) {
    return new DevyardError('forbidden', `The daemon is not known as "${host}".`, {
      hint: 'Use the address it listens on, or a loopback name, in the URL.',
      field: 'Host',
    });
  }
  const origin = request.headers.origin;
  if (origin !== undefined && hostOfOrigin(origin) !== host) {
    return new DevyardError('forbidden', `Pages of "${origin}" may not use the daemon.`, { field: 'Origin' });
  }
  return undefined;
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
const wildcards = new Set(['0.0.0.0', '::', '']);

/** @internal Loopback names with any port (a forwarded port differs); otherwise the listened address with its port. */
export function isAllowedHost(host: string, door: DoorPolicy): boolean {
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(host);
  const name = parts?.[1];
  if (name === undefined) return false;
  // Browsers take every name below .localhost for this machine and ask nobody (RFC 6761, section 6.3): none can be rebound.
  if (loopbackNames.has(name) || name.endsWith('.localhost')) return true;
  if (Number(parts?.[2] ?? 80) !== door.port) return false;
  // Behind a wildcard any address of this machine is right, but no name: rebinding needs a name.
  if (wildcards.has(door.host)) return isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  return name === door.host.toLowerCase() || name === `[${door.host.toLowerCase()}]`;
}

/** `host[:port]` of an Origin header in lower case, or undefined for `null` and nonsense. */
export function hostOfOrigin(origin: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#@\s]+)$/i.exec(origin)?.[1]?.toLowerCase();
}
