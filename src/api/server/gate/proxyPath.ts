import type { Approach } from './passage.ts';

/** Where the API shows the code-server of a port. */
export function proxyPath(port: number): string {
  return `/vscode/${port}/`;
}

export interface ProxiedTarget {
  readonly port: number;
  /** undefined: the slash behind the port is missing, and with it what the server's relative links are relative to. */
  readonly approach: Approach | undefined;
  /** The query with its question mark, or nothing. Only of use without an approach. */
  readonly query: string;
}

/**
 * Reads a request target byte for byte: what stands behind the port is the code-server's to decode, and a port in any
 * other spelling than its own is none.
 */
export function readProxyPath(url: string): ProxiedTarget | undefined {
  const [prefix, digits] = /^\/vscode\/([1-9]\d{0,4})(?=[/?]|$)/.exec(url) ?? [];
  if (prefix === undefined) return undefined;
  const port = Number(digits);
  const rest = url.slice(prefix.length);
  return rest.startsWith('/')
    ? { port, approach: { path: rest, cookiePath: proxyPath(port) }, query: '' }
    : { port, approach: undefined, query: rest };
}
