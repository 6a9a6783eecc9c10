import { createHash, createHmac } from 'node:crypto';
import { stringsIn } from './wire.ts';

/** The text of an OpenSSH known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */

interface Entry {
  /** `@revoked`, `@cert-authority`, or nothing. */
  readonly marker: string;
  readonly hosts: readonly string[];
  /** In wire form. */
  readonly key: Buffer;
}

/** The keys that a host has, and those that were declared bad. What is no whole line of the format is skipped. */
export function keysOf(
  text: string,
  alias: string,
): { readonly trusted: readonly Buffer[]; readonly revoked: readonly Buffer[] } {
  const entries = linesOf(text)
    .map(entryOf)
    .filter((entry) => entry !== undefined)
    .filter(({ hosts }) => names(hosts, alias));
  const marked = (marker: string): readonly Buffer[] =>
    entries.filter((entry) => entry.marker === marker).map(({ key }) => key);
  return { trusted: marked(''), revoked: marked('@revoked') };
}

/** A line for a key of a host, without its end. */
export function lineFor(alias: string, key: Buffer): string {
  return `${alias} ${typeOf(key) ?? ''} ${key.toString('base64')}`;
}

/** The text without a host's keys. What was declared bad stays so, and other names of the same line keep their key. */
export function without(text: string, alias: string): string {
  return linesOf(text)
    .map((line) => withoutHost(line, alias))
    .filter((line) => line !== undefined)
    .join('');
}

/** As OpenSSH prints it. `key` is in wire form. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Which kind of key it is; undefined when it is no key as a whole, such as one whose line was cut off. */
export function typeOf(key: Buffer): string | undefined {
  const [type, ...values] = stringsIn(key) ?? [];
  const name = type?.toString('latin1') ?? '';
  // Each kind has at least one number, and none of them is empty.
  return values.length > 0 && values.every(({ length }) => length > 0) && /^[\w.@-]+$/.test(name) ? name : undefined;
}

/** Each with its end; the last one may have none. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function entryOf(line: string): Entry | undefined {
  const words = line.trim().split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : '';
  const [hosts = '', type = '', encoded = ''] = words;
  if (hosts === '' || hosts.startsWith('#') || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return typeOf(key) === type ? { marker, hosts: hosts.split(','), key } : undefined;
}

function withoutHost(line: string, alias: string): string | undefined {
  const entry = entryOf(line);
  if (entry === undefined || entry.marker !== '' || !names(entry.hosts, alias)) return line;
  const others = entry.hosts.filter((host) => !isName(host, alias));
  // A hand-made line with other names on it keeps them. Negations name nobody.
  if (others.every((host) => host.startsWith('!'))) return undefined;
  return line.replace(entry.hosts.join(','), () => others.join(','));
}

function names(hosts: readonly string[], alias: string): boolean {
  return (
    hosts.some((host) => isName(host, alias)) &&
    !hosts.some((host) => host.startsWith('!') && isName(host.slice(1), alias))
  );
}

/** Patterns name nobody here: what is pinned is pinned for one host. */
function isName(host: string, alias: string): boolean {
  const [, version, salt = '', hash] = host.split('|');
  if (version !== '1') return host.toLowerCase() === alias.toLowerCase();
  return hash === createHmac('sha1', Buffer.from(salt, 'base64')).update(alias.toLowerCase()).digest('base64');
}
