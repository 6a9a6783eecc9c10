import { isLoopback } from '../shared/browserAddress.ts';

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
