/** What is missing in an answer, or not of its kind: `[0].environments[2].name`. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  readonly path: string;

  constructor(path: string, wanted: string) {
    super(`${path === '' ? 'it' : `“${path}”`} is not ${wanted}`);
    this.path = path;
  }
}

/** Reads one thing out of parsed JSON; `path` says where it stood. Throws ShapeError. */
export type Decode<T> = (value: unknown, path: string) => T;

/** An object of which only the fields that are asked for have to be right: Dokploy sends many more, and other ones in time. */
export interface Fields {
  /** Text that is not empty. */
  text(name: string): string;
  /** Text; empty where there is none. */
  words(name: string): string;
  /** Null where there is none. */
  textOrNull(name: string): string | null;
  number(name: string): number;
  numberOrNull(name: string): number | null;
  /** False where there is none. */
  flag(name: string): boolean;
  /** The one of `known` that it is, else `other`: what a newer Dokploy adds is no reason to fail. */
  oneOf<T extends string>(name: string, known: readonly T[], other: T): T;
  /** Empty where there is none. */
  list<T>(name: string, decode: Decode<T>): T[];
  object<T>(name: string, decode: (fields: Fields) => T): T;
  objectOrNull<T>(name: string, decode: (fields: Fields) => T): T | null;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function fieldsOf(value: unknown, path = ''): Fields {
  if (!isPlain(value)) throw new ShapeError(path, 'an object');
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const textOrNull = (name: string): string | null => {
    const found = value[name];
    if (found === undefined || found === null) return null;
    if (typeof found !== 'string') throw new ShapeError(at(name), 'text');
    return found;
  };
  const numberOrNull = (name: string): number | null => {
    const found = value[name];
    if (found === undefined || found === null) return null;
    if (typeof found !== 'number') throw new ShapeError(at(name), 'a number');
    return found;
  };
  const inner = <T>(name: string, decode: (fields: Fields) => T): T => decode(fieldsOf(value[name], at(name)));
  return {
    textOrNull,
    numberOrNull,
    object: inner,
    text(name) {
      const found = textOrNull(name);
      if (found === null || found === '') throw new ShapeError(at(name), 'text');
      return found;
    },
    words: (name) => textOrNull(name) ?? '',
    number(name) {
      const found = numberOrNull(name);
      if (found === null) throw new ShapeError(at(name), 'a number');
      return found;
    },
    flag: (name) => value[name] === true,
    oneOf: (name, known, other) => known.find((one) => one === value[name]) ?? other,
    list: (name, decode) => listOf(decode)(value[name] ?? [], at(name)),
    objectOrNull: (name, decode) => (value[name] === undefined || value[name] === null ? null : inner(name, decode)),
  };
}

export const listOf =
  <T>(decode: Decode<T>): Decode<T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'a list');
    return value.map((item, index) => decode(item, `${path}[${String(index)}]`));
  };

export const textAlone: Decode<string> = (value, path) => {
  if (typeof value !== 'string') throw new ShapeError(path, 'text');
  return value;
};

/** Text of a log; some versions answer nothing where nothing was written. */
export const logText: Decode<string> = (value, path) => textAlone(value ?? '', path);

/** For answers that nobody needs; most of those are empty. */
export const nothing: Decode<undefined> = () => undefined;
