import { request } from 'node:http';
import type { Socket } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { HttpFailure } from '../managers/dokploy/api/types.ts';
import { dial, type HostPort } from './dial.ts';
import { onAbort } from './limit.ts';
import { refused } from './problems.ts';
import type { Trust } from './secure.ts';

/** An HTTP proxy, itself reached over TLS or not. */
export interface Proxy extends HostPort {
  readonly secure: boolean;
  /** Value of Proxy-Authorization. */
  readonly authorization: string | undefined;
  readonly extraCa: readonly string[];
}

/**
 * The proxy for a URL: `override` (empty: none), else what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say.
 * Throws HttpFailure `refused` for one that cannot be used; its address may hold a password and is not repeated.
 */
export function proxyFor(url: URL, override: string | undefined, extraCa: readonly string[]): Proxy | undefined {
  const text = override ?? getProxyForUrl(url.href);
  if (text === '') return undefined;
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address === undefined || !['http:', 'https:'].includes(address.protocol) || address.hostname === '') {
    throw new HttpFailure('refused', 'the proxy settings name no http:// or https:// proxy');
  }
  const isSecure = address.protocol === 'https:';
  const { username, password } = address;
  const login = `${decoded(username)}:${decoded(password)}`;
  return {
    host: hostOf(address),
    port: portOf(address),
    secure: isSecure,
    authorization: username === '' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`,
    extraCa,
  };
}

export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

export const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' || protocol === 'wss:' ? 443 : 80) : Number(port);

/** A connection to the proxy itself. */
export async function dialProxy(proxy: Proxy, signal: AbortSignal): Promise<Socket> {
  try {
    const raw = await dial(proxy, signal);
    if (!proxy.secure) return raw;
    const { secure } = await import('./secure.ts');
    // The pin is the server's; a proxy is trusted as any host is.
    const trust: Trust = { pinned: null, extraCa: proxy.extraCa };
    return await secure(raw, proxy.host, trust, signal);
  } catch (error) {
    const { message } = refused(error);
    throw new HttpFailure('refused', `the proxy ${proxy.host}:${String(proxy.port)} cannot be used: ${message}`, {
      cause: error,
    });
  }
}

/** A connection to `target` through the proxy (CONNECT, RFC 9110, 9.3.6). Rejects with HttpFailure `refused`. */
export async function tunnel(proxy: Proxy, { host, port }: HostPort, signal: AbortSignal): Promise<Socket> {
  const through = await dialProxy(proxy, signal);
  const authority = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      path: authority,
      headers: { Host: authority, ...authorizationOf(proxy) },
      createConnection: () => through,
    });
    const forget = onAbort(signal, () => fail(new HttpFailure('refused', 'it was ended while connecting')));
    function fail(error: unknown): void {
      forget();
      through.destroy();
      reject(refused(error));
    }
    asked.on('error', fail);
    asked.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode !== 200) {
        const wants = statusCode === 407 ? ' and wants a user name and a password' : '';
        return fail(new HttpFailure('refused', `the proxy refused with ${String(statusCode)}${wants}`));
      }
      forget();
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.end();
  });
}

export const authorizationOf = ({ authorization }: Proxy): Record<string, string> =>
  authorization === undefined ? {} : { 'Proxy-Authorization': authorization };

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
