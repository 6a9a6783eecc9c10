import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { DevyardError } from '../../managers/shared/errors.ts';

/** What a listener accepts in `Host` and `Origin`. A Unix socket has no browser in front of it and no door policy. */
export interface DoorPolicy {
  /** The address that was asked for, as in `listen(port, host)`. */
  readonly host: string;
  readonly port: number;
}

export interface Authority {
  /** Throws `forbidden` or `unauthorized`. `door` is undefined for the Unix socket. */
  check(request: IncomingMessage, door: DoorPolicy | undefined): void;
}

/**
 * The token is asked for everywhere except on `/healthz`, which says nothing but that somebody listens.
 * Host and Origin are checked first and everywhere on TCP, because a web page that rebinds its name to this
 * machine may otherwise probe the daemon from a browser.
 */
export function createAuthority(isToken: (authorization: string | undefined) => boolean): Authority {
  return {
    check(request, door) {
      if (door !== undefined) checkBrowser(request, door);
      if (isOpenPath(request)) return;
      if (!isToken(request.headers.authorization)) {
        throw new DevyardError('unauthorized', "The daemon's token is missing or wrong.", {
          hint: 'Send "Authorization: Bearer <token>"; the token is in daemon.json in the data directory.',
        });
      }
    },
  };
}

function isOpenPath(request: IncomingMessage): boolean {
  return request.method === 'GET' && /^\/healthz(?:\?|$)/.test(request.url ?? '');
}

function checkBrowser(request: IncomingMessage, door: DoorPolicy): void {
  const hosts = request.headersDistinct['host'] ?? [];
  const host = hosts[0]?.toLowerCase() ?? '';
  if (hosts.length !== 1 || !isAllowedHost(host, door)) {
    throw new DevyardError('forbidden', `The daemon is not known as "${host}".`, {
      hint: 'Use the address it listens on, or a loopback name, in the URL.',
      field: 'Host',
    });
  }
  const origin = request.headers.origin;
  if (origin !== undefined && hostOfOrigin(origin) !== host) {
    throw new DevyardError('forbidden', `Pages of "${origin}" may not use the daemon.`, { field: 'Origin' });
  }
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
const wildcards = new Set(['0.0.0.0', '::', '']);

/** @internal Loopback names with any port (a forwarded port differs); otherwise the listened address with its port. */
export function isAllowedHost(host: string, door: DoorPolicy): boolean {
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(host);
  const name = parts?.[1];
  if (name === undefined) return false;
  if (loopbackNames.has(name)) return true;
  if (Number(parts?.[2] ?? 80) !== door.port) return false;
  // Behind a wildcard any address of this machine is right, but no name: rebinding needs a name.
  if (wildcards.has(door.host)) return isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  return name === door.host.toLowerCase() || name === `[${door.host.toLowerCase()}]`;
}

/** `host[:port]` of an Origin header in lower case, or undefined for `null` and nonsense. */
export function hostOfOrigin(origin: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#@\s]+)$/i.exec(origin)?.[1]?.toLowerCase();
}
