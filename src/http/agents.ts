import { Agent, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { dial, type HostPort } from './dial.ts';
import { hostOf, portOf, type Proxy, dialProxy, tunnel } from './proxy.ts';
import type { Trust } from './secure.ts';

/**
 * Milliseconds that a connection is kept for the next request. Node servers close one after 5 s, and a request that is
 * sent just then is lost without anybody knowing whether it was carried out.
 */
const idleMs = 4000;

/** Options of a request; Node hands them to the agent, but takes `signal` out of them. */
export interface Wanted extends RequestOptions {
  readonly limit: AbortSignal;
}

/** How connections for a URL are made. */
export interface Way {
  readonly url: URL;
  readonly proxy: Proxy | undefined;
  readonly trust: Trust;
  /** Through the proxy by CONNECT, for what the proxy is not to understand. */
  readonly tunnelled: boolean;
  readonly keepAlive: boolean;
}

/** An agent whose connections are ready when a request gets them: connected, encrypted, and the peer judged. */
export async function agentFor(way: Way): Promise<Agent> {
  const isSecure = isSecureUrl(way.url);
  // Loaded only when wanted: it takes 10 ms, and a program that speaks plain HTTP has none to spare.
  const Made = isSecure ? (await import('node:https')).Agent : Agent;
  const agent = new Made({ keepAlive: way.keepAlive, maxFreeSockets: 4, timeout: idleMs });
  agent.createConnection = (options, done) => {
    void serve(way, (options as Wanted).limit, done as Done);
    return undefined;
  };
  return agent;
}

/** Node's types want a socket also where there is none. */
type Done = (error: unknown, socket?: Socket) => void;

async function serve(way: Way, limit: AbortSignal, done: Done): Promise<void> {
  let socket: Socket;
  try {
    socket = await connectionFor(way, limit);
  } catch (error) {
    done(error);
    return;
  }
  done(null, socket);
}

export const isSecureUrl = ({ protocol }: URL): boolean => protocol === 'https:' || protocol === 'wss:';

async function connectionFor({ url, proxy, trust, tunnelled }: Way, signal: AbortSignal): Promise<Socket> {
  const target: HostPort = { host: hostOf(url), port: portOf(url) };
  if (proxy !== undefined && !tunnelled) return dialProxy(proxy, signal);
  const raw = proxy === undefined ? await dial(target, signal) : await tunnel(proxy, target, signal);
  if (!isSecureUrl(url)) return raw;
  const { secure } = await import('./secure.ts');
  return secure(raw, target.host, trust, signal);
}
