import { isIP } from 'node:net';
import { wrong, type Environment, matching, requiredText, setIt, textOf } from './readers.ts';

/** What it takes to talk to the Dokploy server. */
export interface ConnectionOptions {
  /** Without a path and without a slash at its end. */
  readonly url: string;
  readonly apiKey: string;
  /** SHA-256: upper-case hexadecimal pairs with colons. */
  readonly certificate: string | null;
  /** Host of the URL, without the brackets of an IPv6 address. */
  readonly host: string;
  /** Under which published ports are reached, whatever Dokploy says of the server. */
  readonly sshHost: string | null;
}

/** Throws `invalid` and names the variable. */
export function connectionOptions(env: Environment): ConnectionOptions {
  const url = serverUrl(env);
  return {
    url: url.origin,
    apiKey: apiKey(env),
    certificate: certificate(env),
    host: bare(url.hostname),
    sshHost: sshHost(env),
  };
}

/** What must never be shown. */
export function secretsOf(env: Environment): readonly string[] {
  return (['DOKPLOY_API_TOKEN', 'DOKPLOY_REGISTRY_PASSWORD'] as const).flatMap((name) => textOf(env, name) ?? []);
}

function serverUrl(env: Environment): URL {
  const name = 'DOKPLOY_SERVER_URL';
  const example = 'https://dokploy.example.com';
  const text = requiredText(env, name, example);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw wrong(name, 'is no URL that begins with https:// or http://', setIt(env, name, example));
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong(name, 'holds a user name or a password', 'Leave them out; the key goes into DOKPLOY_API_TOKEN.');
  }
  if (!/^\/*(?:api\/*)?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    throw wrong(name, 'goes on behind the host', `Give it without a path: ${url.origin}`);
  }
  return url;
}

function apiKey(env: Environment): string {
  const name = 'DOKPLOY_API_TOKEN';
  const text = requiredText(env, name, 'KEY');
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw wrong(name, 'holds blanks or characters that no key has', 'Copy the key from Dokploy again.');
  }
  return text;
}

function certificate(env: Environment): string | null {
  const text = textOf(env, 'DOKPLOY_CERTIFICATE');
  if (text === null) return null;
  const digits = text.replace(/^sha-?256[:=\s]*/i, '').replaceAll(/[:\s]/g, '');
  if (!/^[\da-f]{64}$/i.test(digits)) {
    throw wrong(
      'DOKPLOY_CERTIFICATE',
      'is no SHA-256 fingerprint',
      'See it with: openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -fingerprint -sha256',
    );
  }
  return (digits.toUpperCase().match(/../g) ?? []).join(':');
}

function sshHost(env: Environment): string | null {
  const name = 'DOKPLOY_SSH_HOST';
  const text = matching(env, name, /^[\w.:[\]-]+$/, 'is no host name and no address', 'ssh.example.com');
  if (text === null) return null;
  const host = bare(text);
  if (host.startsWith('-') || (host.includes(':') && isIP(host) === 0)) {
    throw wrong(name, 'is no host name and no address', 'Give the host alone: the port is found by itself.');
  }
  return host;
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
