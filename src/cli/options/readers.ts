import { resolve } from 'node:path';
import { UsageError } from '../output.ts';
import { text } from './kinds.ts';

/** Where the daemon listens; without a port on the one that devbox.yaml names. */
export interface Listen {
  readonly host: string;
  readonly port: number | undefined;
}

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`, `localhost`. A number alone is taken for the port that it was meant to be. */
export function listen(given: string): Listen {
  const match = /^(?:\[([\da-f:]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(given);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (host === undefined || (port ?? 0) > 65_535) {
    throw new UsageError(`--listen takes HOST or HOST:PORT, not “${given}”.`);
  }
  if (/^\d+$/.test(host)) throw new UsageError(`--listen takes a host, too: --listen 127.0.0.1:${host}`);
  return { host, port };
}

/**
 * A Git URL as it is, and a relative path made absolute. As Git tells them apart (git-clone(1), “Git URLs”): what has a
 * colon before its first slash is no path.
 */
export function gitUrl(given: string, option: string): string {
  const isUrl = /^[^/]*:/.test(given);
  // What begins with a dash would become a harmless path; the daemon says better what is wrong with it.
  return isUrl || text(given, option).startsWith('-') ? given : resolve(given);
}

/** An extension's id as it is, the path of a package made absolute. */
export function extension(given: string, option: string): string {
  return text(given, option).toLowerCase().endsWith('.vsix') ? resolve(given) : given;
}
