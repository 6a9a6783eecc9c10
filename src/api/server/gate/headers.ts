import type { IncomingMessage } from 'node:http';
import { withoutOwnCookies } from './cookies.ts';

/** Headers of one connection, not of the message (RFC 9110, section 7.6.1, and what old clients add). */
const hopByHop: ReadonlySet<string> = new Set([
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
  const dropped = droppedFrom(raw);
  const kept: string[] = [];
  eachHeader(raw, (name, value, key) => {
    if (!dropped.has(key)) kept.push(name, value);
  });
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
  const { rawHeaders, headers } = request;
  const dropped = droppedFrom(rawHeaders);
  const forwarded: string[] = [];
  const seen = new Set<string>();
  eachHeader(rawHeaders, (name, value, key) => {
    if (dropped.has(key)) return;
    if (key === 'authorization' && isToken(value)) return;
    // The gate answers Expect itself.
    if (key === 'expect') return;
    // Chunked wins over a length (RFC 9112, section 6.3); both together would smuggle.
    if (key === 'content-length' && headers['transfer-encoding'] !== undefined) return;
    const kept = key === 'cookie' ? withoutOwnCookies(value) : value;
    if (kept === undefined) return;
    if (key.startsWith('x-forwarded-')) seen.add(key);
    forwarded.push(name, kept);
  });
  const { remoteAddress } = request.socket;
  if (remoteAddress !== undefined && !seen.has('x-forwarded-for')) forwarded.push('X-Forwarded-For', remoteAddress);
  if (headers.host !== undefined && !seen.has('x-forwarded-host')) forwarded.push('X-Forwarded-Host', headers.host);
  if (!seen.has('x-forwarded-proto')) forwarded.push('X-Forwarded-Proto', 'http');
  return forwarded;
}

/** Trailers that may be passed on: none that would change framing or identity after the fact (RFC 9110, section 6.5.1). */
export function safeTrailers(raw: RawHeaders): [string, string][] {
  const safe: [string, string][] = [];
  eachHeader(raw, (name, value, key) => {
    if (!hopByHop.has(key) && !never.has(key)) safe.push([name, value]);
  });
  return safe;
}

/** How often a header was sent; `wanted` in lower case. */
export function countOf(raw: RawHeaders, wanted: string): number {
  let count = 0;
  eachHeader(raw, (_name, _value, key) => {
    if (key === wanted) count++;
  });
  return count;
}

/** Calls with each header, `key` being its name in lower case. No iterator: this runs several times per request. */
export function eachHeader(raw: RawHeaders, visit: (name: string, value: string, key: string) => void): void {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    visit(name, raw[index + 1] ?? '', name.toLowerCase());
  }
}

/** Names of the headers that are of the connection: those that always are, and those that Connection names. */
function droppedFrom(raw: RawHeaders): ReadonlySet<string> {
  let dropped: Set<string> | undefined;
  eachHeader(raw, (_name, value, key) => {
    if (key !== 'connection') return;
    for (const token of value.toLowerCase().split(',')) {
      const nominated = token.trim();
      if (!never.has(nominated) && !hopByHop.has(nominated)) (dropped ??= new Set(hopByHop)).add(nominated);
    }
  });
  return dropped ?? hopByHop;
}
