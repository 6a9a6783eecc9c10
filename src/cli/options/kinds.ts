import { resolve } from 'node:path';
import { UsageError } from '../output.ts';

interface Described {
  readonly description: string;
  /** One letter that stands for it. */
  readonly short?: string;
}

/** Given or not. */
export interface Flag extends Described {
  readonly kind: 'flag';
}

/** One value; `read` throws UsageError. */
export interface Value<T> extends Described {
  readonly kind: 'value';
  /** What the usage calls the value. */
  readonly placeholder: string;
  readonly read: (text: string, option: string) => T;
}

/** May be given more than once. */
export interface List extends Described {
  readonly kind: 'list';
  readonly placeholder: string;
  readonly read: (text: string, option: string) => string;
}

export type Definition = Flag | Value<unknown> | List;
export type ValueOf<D> = D extends Flag
  ? boolean
  : D extends Value<infer T>
    ? T | undefined
    : D extends List
      ? readonly string[]
      : never;

export const flag = (description: string, short?: string): Flag => ({
  kind: 'flag',
  description,
  ...(short === undefined ? {} : { short }),
});

export const value = <T>(
  placeholder: string,
  read: Value<T>['read'],
  description: string,
  short?: string,
): Value<T> => ({ kind: 'value', placeholder, read, description, ...(short === undefined ? {} : { short }) });

export const list = (placeholder: string, read: List['read'], description: string): List => ({
  kind: 'list',
  placeholder,
  read,
  description,
});

/** What was typed. Throws UsageError for nothing at all, which a shell makes of an unset variable. */
export function text(given: string, option: string): string {
  if (given === '') throw new UsageError(`--${option} is empty.`);
  return given;
}

/** An absolute path; the daemon has a working directory of its own. */
export function path(given: string, option: string): string {
  return resolve(text(given, option));
}

export function wholeNumber(least: number, most: number): (given: string, option: string) => number {
  return (given, option) => {
    const number = Number(given);
    if (!/^\d+$/.test(given) || number < least || number > most) {
      const range = `from ${String(least)} to ${String(most)}`;
      throw new UsageError(`--${option} takes a whole number ${range}, not “${given}”.`);
    }
    return number;
  };
}

/** A whole number, or a word that says that there is none (null). */
export function numberOr(word: string, least: number, most: number): (given: string, option: string) => number | null {
  const read = wholeNumber(least, most);
  return (given, option) => {
    if (given === word) return null;
    try {
      return read(given, option);
    } catch {
      const range = `from ${String(least)} to ${String(most)}`;
      throw new UsageError(`--${option} takes a whole number ${range}, or “${word}”, not “${given}”.`);
    }
  };
}
