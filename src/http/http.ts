import { request as askPlainly, type Agent } from 'node:http';
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from '../managers/dokploy/api/types.ts';
import { agentFor, isSecureUrl, type Wanted } from './agents.ts';
import { exchange } from './exchange.ts';
import { limitOf } from './limit.ts';
import { authorizationOf, hostOf, portOf, type Proxy, proxyFor } from './proxy.ts';

export interface HttpOptions {
  /** SHA-256 fingerprint of the one certificate to accept; null: whatever the machine's authorities vouch for. */
  readonly certificate: string | null;
  /** Certificates of more authorities, PEM. NODE_EXTRA_CA_CERTS is heard without this. */
  readonly extraCa?: readonly string[];
  /** URL of a proxy, instead of what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say; empty: none. */
  readonly proxy?: string;
  /** Of an answer's body. */
  readonly maxBytes?: number;
}

/** HTTP and WebSockets over connections that are kept for a moment. Redirects are answers; nothing follows them. */
export function createHttp(options: HttpOptions): HttpPort {
  const { certificate, extraCa = [], proxy: override, maxBytes = 16 * 1024 * 1024 } = options;
  const trust = { pinned: certificate?.toUpperCase() ?? null, extraCa };
  const agents = new Map<string, Promise<Agent>>();
  const closing = new AbortController();

  /** One agent for each origin, and for each proxy on the way there. */
  function agentOf(url: URL, proxy: Proxy | undefined): Promise<Agent> {
    const key = `${url.origin} ${proxy === undefined ? '' : `${proxy.host}:${String(proxy.port)}`}`;
    let agent = agents.get(key);
    if (agent === undefined) {
      agent = agentFor({ url, proxy, trust, tunnelled: isSecureUrl(url), keepAlive: true });
      agents.set(key, agent);
    }
    return agent;
  }

  async function request(wish: HttpRequest): Promise<HttpResponse> {
    if (closing.signal.aborted) throw closedFailure();
    const url = new URL(wish.url);
    const proxy = proxyFor(url, override, extraCa);
    const agent = await agentOf(url, proxy);
    const ask = isSecureUrl(url) ? (await import('node:https')).request : askPlainly;
    using limit = limitOf(wish.timeoutMs, [wish.signal, closing.signal]);
    const wanted: Wanted = { ...optionsFor(url, proxy, wish), agent, limit: limit.signal };
    return await exchange(() => ask(wanted), wish.body, maxBytes, limit);
  }

  async function* frames(wish: Omit<HttpRequest, 'method' | 'body'>): AsyncGenerator<string, void, undefined> {
    if (closing.signal.aborted) throw closedFailure();
    const url = new URL(wish.url);
    const proxy = proxyFor(url, override, extraCa);
    const agent = await agentFor({ url, proxy, trust, tunnelled: true, keepAlive: false });
    const { followFrames } = await import('./frames.ts');
    using limit = limitOf(wish.timeoutMs, [wish.signal, closing.signal]);
    yield* followFrames({ url, agent, headers: wish.headers, limit, isEndWanted: () => wish.signal?.aborted === true });
  }

  function close(): void {
    closing.abort();
    for (const agent of agents.values()) {
      agent.then(
        (open) => open.destroy(),
        () => undefined,
      );
    }
    agents.clear();
  }

  return { request, frames, close };
}

const closedFailure = (): HttpFailure => new HttpFailure('aborted', 'the transport was closed');

function optionsFor(url: URL, proxy: Proxy | undefined, { method, headers, body }: HttpRequest): Omit<Wanted, 'limit'> {
  const common = {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
    host: hostOf(url),
    port: portOf(url),
    path: url.pathname + url.search,
  };
  if (proxy === undefined || isSecureUrl(url)) return common;
  // A proxy is asked for the whole URL (RFC 9112, 3.2.2); `host` here only fills in the Host header.
  return {
    ...common,
    path: url.origin + common.path,
    headers: { ...common.headers, ...authorizationOf(proxy) },
  };
}
