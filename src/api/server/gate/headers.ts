import type { IncomingMessage } from 'node:http';
import { withoutOwnCookies } from './cookies.ts';

/** Headers of one connection, not of the message (RFC 9110, section 7.6.1, and what old clients add). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A Connection header may not talk a proxy into dropping what the message means or who sent it. */
const never = new Set(['host', 'cookie', 'authorization', 'origin', 'content-length', 'content-type', 'set-cookie']);

/** Name and value in turn, as node:http gives and takes them: case, order and repetition survive. */
export type RawHeaders = readonly string[];

/** The headers that belong to the message itself. */
export function endToEnd(raw: RawHeaders): string[] {
  const nominated = new Set<string>();
  for (const [name, value] of headerPairs(raw)) {
    if (name.toLowerCase() !== 'connection') continue;
    for (const token of value.toLowerCase().split(',')) if (!never.has(token.trim())) nominated.add(token.trim());
  }
  const kept: string[] = [];
  for (const [name, value] of headerPairs(raw)) {
    const key = name.toLowerCase();
    if (!hopByHop.has(key) && !nominated.has(key)) kept.push(name, value);
  }
  return kept;
}

/**
 * What a code-server gets to see of a request: everything but hop-by-hop headers and Devyard's own credentials,
 * plus the X-Forwarded family where no proxy in front has said it better.
 */
export function requestHeaders(
  request: IncomingMessage,
  isToken: (authorization: string | undefined) => boolean,
): string[] {
  const forwarded: string[] = [];
  const seen = new Set<string>();
  for (const [name, value] of headerPairs(endToEnd(request.rawHeaders))) {
    const key = name.toLowerCase();
    if (key === 'authorization' && isToken(value)) continue;
    // The gate answers Expect itself.
    if (key === 'expect') continue;
    // Chunked wins over a length (RFC 9112, section 6.3); both together would smuggle.
    if (key === 'content-length' && request.headers['transfer-encoding'] !== undefined) continue;
    const kept = key === 'cookie' ? withoutOwnCookies(value) : value;
    if (kept === undefined) continue;
    seen.add(key);
    forwarded.push(name, kept);
  }
  const additions: [string, string | undefined][] = [
    ['X-Forwarded-For', request.socket.remoteAddress],
    ['X-Forwarded-Host', request.headers.host],
    ['X-Forwarded-Proto', 'http'],
  ];
  for (const [name, value] of additions) {
    if (value !== undefined && !seen.has(name.toLowerCase())) forwarded.push(name, value);
  }
  return forwarded;
}

/** Trailers that may be passed on: none that would change framing or identity after the fact (RFC 9110, section 6.5.1). */
export function safeTrailers(raw: RawHeaders): [string, string][] {
  return [...headerPairs(raw)].filter(([name]) => !hopByHop.has(name.toLowerCase()) && !never.has(name.toLowerCase()));
}

export function* headerPairs(raw: RawHeaders): Generator<[name: string, value: string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? ''];
}
