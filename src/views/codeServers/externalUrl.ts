/**
 * The address at which a browser reaches a code-server, with its ticket. In a browser-hosted editor the outside address of
 * a port may carry a path prefix (`https://host/proxy/8010/`); it stays in front of the ticket URL's own path.
 *
 * `external`: what the editor made of the server's plain address. `ticketUrl`: the loopback address with the ticket.
 */
export function withTicket(external: string, ticketUrl: string): string {
  const outside = new URL(external);
  const ticket = new URL(ticketUrl);
  outside.pathname = `${outside.pathname.replace(/\/$/, '')}${ticket.pathname}`;
  for (const [key, value] of ticket.searchParams) outside.searchParams.set(key, value);
  outside.hash = ticket.hash;
  return outside.href;
}

/**
 * Where a browser is to go. An editor that itself lives in a browser shows a port of its machine as a path of its own address,
 * and then both editors are of one origin: they share the browser's storage, and the inner one's extensions and layout replace
 * the outer one's. On the person's own machine there is a way around: names below `localhost` are loopback for browsers
 * (RFC 6761, section 6.3) and the editor leaves them alone. Elsewhere the path is the only way there is.
 */
export function browserAddress(external: string, local: string): string {
  const outside = new URL(external);
  return isLoopback(outside.hostname) && outside.pathname !== '/'
    ? `http://devyard.localhost:${new URL(local).port}/`
    : external;
}

/** The `host[:port]` a ticket has to be made for; undefined when the browser sees the very address the daemon serves. */
export function foreignHost(external: string, local: string): string | undefined {
  const outside = new URL(external).host;
  return outside === new URL(local).host ? undefined : outside;
}

/**
 * What to hand to the editor's own *open in the browser*: it forwards a loopback port by itself, and would forward an
 * address that was forwarded already a second time.
 */
export function urlForEditor(external: string, ticketUrl: string): string {
  return isLoopback(new URL(external).hostname) ? ticketUrl : withTicket(external, ticketUrl);
}

function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
