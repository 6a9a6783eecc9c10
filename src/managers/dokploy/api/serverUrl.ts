import { isIPv6 } from 'node:net';
import { DevyardError } from '../../shared/errors.ts';

const example = 'Give an address such as https://dokploy.example.com or http://192.0.2.7:3000.';
/** Characters. */
const maxLength = 2000;
/** What people copy from the address bar or from a description of the API. */
const knownPath = /^\/(?:(?:dashboard|api|swagger|settings)(?:\/.*)?)?$/;
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * The origin of a Dokploy server out of what people type or paste: `https://host[:port]`, in lower case, ASCII, and without
 * the port that goes without saying. Without a scheme it is https, for a key is not to be sent in clear by chance; http
 * on loopback. Throws `invalid` with the field `url`; the text is not repeated, as it may hold a password.
 */
export function parseServerUrl(text: string): string {
  const typed = text.trim();
  if (typed === '') refuse('The address of the Dokploy server is empty.');
  if (typed.length > maxLength) refuse(`The address is longer than ${String(maxLength)} characters.`);
  if (/[\p{Cc}\s\\]/u.test(typed)) refuse('The address holds a blank, a backslash or a control character.');

  const address = withScheme(typed);
  // Without this, `https:host` and `https:///host` would be taken for `https://host`.
  if (!/^https?:\/\/[^/?#]/i.test(address)) {
    refuse(/^https?:/i.test(address) ? noHost : 'The address is no http:// or https:// address.');
  }
  if (!URL.canParse(address)) refuse(noHost);
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') {
    refuse('The address holds a user name or a password.', 'Leave it out: Dokploy is asked with the API key.');
  }
  if (url.hostname === '') refuse(noHost);
  if (url.port === '0') refuse('The address has port 0, on which nothing can be reached.');
  if (!knownPath.test(url.pathname)) {
    refuse(
      'The address has a path; Dokploy only works at the root of a host.',
      `Give only its beginning: ${url.origin}`,
    );
  }
  return url.origin;
}

const noHost = 'The address has no valid host name or port.';

function withScheme(typed: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return typed;
  if (isIPv6(typed)) return withScheme(`[${typed}]`);
  const authority = typed.replace(/[/?#].*$/s, '');
  return `${loopback.test(authority) ? 'http' : 'https'}://${typed}`;
}

function refuse(message: string, hint: string = example): never {
  throw new DevyardError('invalid', message, { field: 'url', hint });
}
