import { isIPv4, isIPv6 } from 'node:net';
import { maxSocketPathBytes } from '../../shared/locations.ts';

/** Where a plugin listens; only what is on this machine. */
export type LocalAddress =
  /** `hosts` are numeric: nothing is ever looked up. They are tried in order. */
  | { readonly kind: 'tcp'; readonly hosts: readonly string[]; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export type AddressReading =
  { readonly ok: true; readonly address: LocalAddress } | { readonly ok: false; readonly reason: string };

/**
 * Reads `host:port`, `[::1]:port` or the absolute path of a Unix socket. Anything that is not this machine itself is refused
 * with a reason that completes the sentence “addr …”: a file that anybody's build may write must not make us dial elsewhere.
 */
export function parseAddress(text: string, system: NodeJS.Platform): AddressReading {
  if (/\p{Cc}/u.test(text)) return refused('holds a control character');
  if (text.startsWith('/')) return unixAddress(text, system);
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (parts === null) return refused('is neither host:port nor the absolute path of a socket');
  const [, bracketed, plain, digits] = parts;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return refused(`has the port ${String(port)}, which is not between 1 and 65535`);
  const hosts = loopbackHosts(bracketed, plain);
  return hosts === undefined
    ? refused('is not on the loopback interface (127.0.0.1, [::1] or localhost)')
    : { ok: true, address: { kind: 'tcp', hosts, port } };
}

function unixAddress(path: string, system: NodeJS.Platform): AddressReading {
  if (system === 'win32') return refused('is the path of a Unix socket, which Devyard does not use on Windows');
  return Buffer.byteLength(path) > maxSocketPathBytes
    ? refused(`is longer than the path of a socket may be (${String(maxSocketPathBytes)} bytes)`)
    : { ok: true, address: { kind: 'unix', path } };
}

/** `localhost` is not looked up, because a hosts file or a resolver may say anything. */
function loopbackHosts(bracketed: string | undefined, plain: string | undefined): readonly string[] | undefined {
  if (bracketed !== undefined) return isIPv6(bracketed) && isLoopback6(bracketed) ? ['::1'] : undefined;
  if (plain?.toLowerCase() === 'localhost') return ['127.0.0.1', '::1'];
  return plain !== undefined && isIPv4(plain) && plain.startsWith('127.') ? [plain] : undefined;
}

/** `::1` has many spellings; the longest one, without its zeros, is what is compared. */
function isLoopback6(address: string): boolean {
  return /^[0:]*:0*1$/.test(address);
}

function refused(reason: string): AddressReading {
  return { ok: false, reason };
}
