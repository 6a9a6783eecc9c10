/**
 * Where a browser is to go for a page that this machine serves at `local`. An editor that itself lives in a browser shows a port
 * of its machine as a path of its own address, and then both pages are of one origin: they share the browser's storage, another
 * editor there replaces this one's extensions and layout, and a page that asks for `/main.js` asks the editor for it. On the
 * person's own machine there is a way around: names below `localhost` are loopback for browsers (RFC 6761, section 6.3) and the
 * editor leaves them alone. Elsewhere the path is the only way there is.
 *
 * `external`: what the editor made of `local`.
 */
export function browserAddress(external: string, local: string): string {
  const outside = new URL(external);
  const inside = new URL(local);
  if (!isLoopback(outside.hostname) || outside.pathname === inside.pathname) return external;
  inside.hostname = 'devyard.localhost';
  return inside.href;
}

export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
