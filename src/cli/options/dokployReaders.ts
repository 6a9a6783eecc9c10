import { resolve } from 'node:path';
import { unixUser as unixUserPattern } from '../../api/contract/names.ts';
import { UsageError } from '../output.ts';
import { text } from './kinds.ts';

/** The standard input, where a file could be named. */
export const standardInput = '-';

/** An absolute path, or the standard input. */
export function fileOrInput(given: string, option: string): string {
  return given === standardInput ? given : resolve(text(given, option));
}

/** A word, or null for “none”. */
export function orNone(given: string, option: string): string | null {
  return given === 'none' ? null : text(given, option);
}

/** A SHA-256 fingerprint as OpenSSL prints it, however it was written; null for “none”. */
export function fingerprint(given: string, option: string): string | null {
  if (given === 'none') return null;
  const digits = given.replace(/^sha256(?: fingerprint)?[=:]\s*/i, '').replaceAll(':', '');
  if (!/^[\da-f]{64}$/i.test(digits)) {
    throw new UsageError(`--${option} takes a SHA-256 fingerprint (64 hexadecimal digits) or “none”, not “${given}”.`);
  }
  return (digits.toUpperCase().match(/../g) ?? []).join(':');
}

/** As the daemon takes it, which says it in the words of its API. */
export function unixUser(given: string, option: string): string {
  if (unixUserPattern.test(given)) return given;
  throw new UsageError(`--${option} takes the name of a Unix user, such as dev, not “${given}”.`);
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export function portRange(given: string, option: string): PortRange {
  const [from = 0, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(given)?.slice(1).flatMap(numberIn) ?? [];
  if (from < 1 || to > 65_535 || to < from) {
    throw new UsageError(`--${option} takes ports such as 2222-2250, not “${given}”.`);
  }
  return { from, to };
}

const numberIn = (digits: string | undefined): readonly number[] => (digits === undefined ? [] : [Number(digits)]);

export function cpus(given: string, option: string): number | null {
  if (given === 'none') return null;
  const cores = Number(given);
  if (/^\d*\.?\d+$/.test(given) && cores > 0 && cores <= 1024) return cores;
  throw new UsageError(`--${option} takes a number of cores such as 1.5, or “none”, not “${given}”.`);
}

/** `NAME=VALUE`, or `NAME` alone. What is wrong with a value is never said: it may be a secret. */
export function variable(given: string, option: string): string {
  if (/^[A-Za-z_]\w*(?:=|$)/.test(given)) return given;
  throw new UsageError(`--${option} takes NAME=VALUE, and the name has letters, digits and underscores.`);
}

/** `NAME:/DIR`. */
export function volume(given: string, option: string): string {
  if (/^[^:]+:\/./.test(given)) return given;
  throw new UsageError(`--${option} takes a name and a folder, such as home:/home/dev, not “${given}”.`);
}

/** `8080:80`, `53:53/udp`. */
export function publish(given: string, option: string): string {
  const ports = /^(\d{1,5}):(\d{1,5})(?:\/(?:tcp|udp))?$/.exec(given)?.slice(1).map(Number) ?? [];
  if (ports.length > 0 && ports.every((port) => port >= 1 && port <= 65_535)) return given;
  throw new UsageError(`--${option} takes two ports, such as 8080:80 or 53:53/udp, not “${given}”.`);
}
