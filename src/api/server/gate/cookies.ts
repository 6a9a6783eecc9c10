import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Everything Devyard puts into a browser's cookie jar begins with this and never reaches a code-server. */
const prefix = 'devyard-';
const lifetimeMs = 30 * 24 * 60 * 60 * 1000;

interface Claims {
  readonly id: string;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly exp: number;
}

/**
 * Signed cookies that carry their own claims, so that a browser stays in when the daemon starts anew.
 * A jar knows no ports: all code-servers of this machine share one, hence the whole id and the host in the name.
 */
export class CookieSigner {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length < 32) throw new RangeError('The cookie key needs 32 bytes.');
    this.#key = key;
  }

  /** Two Set-Cookie values: one that works in a cross-site frame, one for browsers that refuse the first. Both are shown below `path`. */
  issue(id: string, host: string, now: number, path = '/'): [string, string] {
    const value = this.#sign({ id, host, exp: now + lifetimeMs });
    const name = `${id}-${createHash('sha256').update(host).digest('hex').slice(0, 8)}`;
    const common = `Path=${path}; Max-Age=${lifetimeMs / 1000}; HttpOnly`;
    return [
      // The Simple Browser is a cross-site frame: only a partitioned SameSite=None cookie is kept there.
      `${prefix}${name}=${value}; ${common}; Secure; SameSite=None; Partitioned`,
      `${prefix}lax-${name}=${value}; ${common}; SameSite=Lax`,
    ];
  }

  /** What the cookies of a request prove: `in` for this server and host, `elsewhere` for this server under another host. */
  check(cookieHeader: string | undefined, id: string, host: string, now: number): 'in' | 'elsewhere' | 'none' {
    let result: 'elsewhere' | 'none' = 'none';
    for (const [name, value] of pairs(cookieHeader ?? '')) {
      if (!name.startsWith(prefix)) continue;
      const claims = this.#verify(value);
      if (claims === undefined || claims.id !== id || claims.exp <= now) continue;
      if (claims.host === host) return 'in';
      result = 'elsewhere';
    }
    return result;
  }

  #sign(claims: Claims): string {
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${payload}.${this.#mac(payload)}`;
  }

  #verify(value: string): Claims | undefined {
    const [payload, mac, ...rest] = value.split('.');
    if (payload === undefined || mac === undefined || rest.length > 0) return undefined;
    // As text: base64url decodes several spellings to the same bytes.
    const given = Buffer.from(mac);
    const expected = Buffer.from(this.#mac(payload));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    // Signed by us, hence of our shape.
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  }

  /** The label keeps this key's other uses, should there be any, from making cookies. */
  #mac(payload: string): string {
    return createHmac('sha256', this.#key).update(`gate-cookie:${payload}`).digest('base64url');
  }
}

/** A Cookie header without Devyard's cookies; undefined when nothing else was in it. */
export function withoutOwnCookies(cookieHeader: string): string | undefined {
  const parts = cookieHeader.split(';');
  const others = parts.filter((part) => !part.trimStart().startsWith(prefix));
  if (others.length === parts.length) return cookieHeader;
  const rest = others.join(';').trim();
  return rest === '' ? undefined : rest;
}

function* pairs(cookieHeader: string): Generator<[name: string, value: string]> {
  for (const part of cookieHeader.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) yield [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
  }
}
