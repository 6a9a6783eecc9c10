import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { hostOfOrigin } from '../auth.ts';
import type { CookieSigner } from './cookies.ts';
import { countOf } from './headers.ts';
import type { TicketBook } from './tickets.ts';

export const ticketParameter = 'devyard-ticket';

export type RefusalStatus = 400 | 401 | 403 | 415;

export type Admission =
  | { readonly kind: 'forward' }
  /** A ticket was shown: go on without it in the address. */
  | { readonly kind: 'redirect'; readonly location: string; readonly cookies: readonly string[] }
  | { readonly kind: 'refuse'; readonly status: RefusalStatus; readonly reason: string };

export interface AdmissionDeps {
  readonly isToken: (authorization: string | undefined) => boolean;
  readonly cookies: CookieSigner;
  readonly tickets: TicketBook;
  readonly now: () => number;
}

/** Who may pass to server `id`; cookies given on the way are shown below `cookiePath`. HTTP requests and upgrades are judged alike. */
export function admit(
  request: IncomingMessage,
  id: string,
  cookiePath: string,
  { isToken, cookies, tickets, now }: AdmissionDeps,
): Admission {
  const { method, headers, rawHeaders, url = '' } = request;
  // Two Hosts, or an absolute target, could mean one server to us and another one behind us.
  if (countOf(rawHeaders, 'host') > 1 || (!url.startsWith('/') && !(method === 'OPTIONS' && url === '*')))
    return refuse(400, 'The request is ambiguous.');
  const host = (headers.host ?? '').toLowerCase();
  if (headers.origin !== undefined && hostOfOrigin(headers.origin) !== host) {
    return refuse(403, 'Another page may not use this server.');
  }

  const isLetIn = (): 'in' | 'elsewhere' | 'none' =>
    isToken(headers.authorization) ? 'in' : cookies.check(headers.cookie, id, host, now());

  const { ticket, location } = method === 'GET' ? takeTicket(url) : { ticket: undefined, location: '' };
  if (ticket !== undefined) {
    const shown = tickets.redeem(ticket, id, host, now());
    if (shown === 'in') return { kind: 'redirect', location, cookies: cookies.issue(id, host, now(), cookiePath) };
    if (shown === 'wrong-host') return refuse(403, `The ticket was not made for "${host}".`);
    // Reloading or going back to the address with the used ticket is no offence of who is in already.
    if (isLetIn() === 'in') return { kind: 'redirect', location, cookies: [] };
    return refuse(401, 'The ticket was used before or is older than a minute.');
  }

  const known = isLetIn();
  if (known === 'in') {
    return isCompressed(headers) ? refuse(415, 'Compressed request bodies are not accepted.') : { kind: 'forward' };
  }
  if (known === 'elsewhere') return refuse(403, `You were let in under another host than "${host}".`);
  return refuse(401, 'You are not signed in to this server.');
}

function refuse(status: RefusalStatus, reason: string): Admission {
  return { kind: 'refuse', status, reason };
}

/**
 * Editors never compress what they send, and a decoder is no place to meet an attacker: code-server itself refuses such
 * bodies since 4.141.1, whose release notes name a flaw in the Brotli decoder of the Node.js that older ones run on.
 */
function isCompressed(headers: IncomingHttpHeaders): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  return encoding !== '' && encoding !== 'identity';
}

/** Finds the ticket in a request target, and the same place without it as a relative reference (right behind any path prefix). */
export function takeTicket(url: string): { readonly ticket: string | undefined; readonly location: string } {
  const question = url.indexOf('?');
  if (question < 0) return { ticket: undefined, location: '' };
  const path = url.slice(0, question);
  let ticket: string | undefined;
  const rest = url
    .slice(question + 1)
    .split('&')
    .filter((part) => {
      if (!part.startsWith(`${ticketParameter}=`)) return true;
      ticket ??= part.slice(ticketParameter.length + 1);
      return false;
    });
  const last = path.slice(path.lastIndexOf('/') + 1);
  const query = rest.join('&');
  return { ticket, location: `./${last}${query === '' ? '' : `?${query}`}` };
}
