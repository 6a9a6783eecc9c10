import { parseAddress, type LocalAddress } from './address.ts';

/** What an externally run plugin says about itself, as its `.devinfo` file spells it. */
export interface ExternalInfo {
  readonly pid: number;
  readonly protocol: string;
  readonly protocolVersion: number;
  /** As written: `host:port` on the loopback interface, or the path of a Unix socket. */
  readonly addr: string;
  readonly vitePort?: number;
  readonly pluginId?: string;
  readonly version?: string;
  readonly startedAt?: string;
}

export type DevinfoReading =
  | { readonly ok: true; readonly info: ExternalInfo; readonly address: LocalAddress }
  /** One sentence without the name of the file. */
  | { readonly ok: false; readonly problem: string };

export interface DevinfoContext {
  /** The daemon's own pid: a file that names it would have Devyard watch itself. */
  readonly selfPid: number;
  readonly system: NodeJS.Platform;
}

/** A text field is shown to people; a file that holds a novel in one is broken. Characters. */
const longestText = 1000;
/** Pids of all systems are below: Windows has 32 bits, Linux 22. */
const largestPid = 2 ** 32 - 1;

class Unfit extends Error {}

/**
 * Reads the text of a `.devinfo` file. Fields that are not known are left out, `null`, and the empty texts and zeros that a
 * Go program writes for what it does not have, count as absent. The first fault is told. Never throws.
 */
export function parseDevinfo(text: string, context: DevinfoContext): DevinfoReading {
  try {
    const fields = objectOf(text);
    const pid = pidOf(fields, context.selfPid);
    const protocol = textOf(fields, 'protocol') ?? missing('protocol');
    const protocolVersion = integerOf(fields, 'protocolVersion', 0, 2 ** 31) ?? missing('protocolVersion');
    const addr = textOf(fields, 'addr') ?? missing('addr');
    const reading = parseAddress(addr, context.system);
    if (!reading.ok) throw new Unfit(`“addr” ${reading.reason}.`);
    const vitePort = integerOf(fields, 'vitePort', 0, 65_535) ?? 0;
    const info: ExternalInfo = {
      pid,
      protocol,
      protocolVersion,
      addr,
      ...(vitePort === 0 ? {} : { vitePort }),
      ...optional('pluginId', textOf(fields, 'pluginId')),
      ...optional('version', textOf(fields, 'version')),
      ...optional('startedAt', textOf(fields, 'startedAt')),
    };
    return { ok: true, info, address: reading.address };
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Whether two infos say the same. */
export function sameInfo(a: ExternalInfo, b: ExternalInfo): boolean {
  // Both were built by the parser, which has one order of fields.
  return JSON.stringify(a) === JSON.stringify(b);
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's own words quote the file.
    throw new Unfit('It is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unfit('It is not a JSON object.');
  return value as Fields;
}

/** A JSON file may say `__proto__` or `toString`: only what it holds itself counts. */
function fieldOf(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? undefined) : undefined;
}

function pidOf(fields: Fields, selfPid: number): number {
  const pid = integerOf(fields, 'pid', 0, largestPid) ?? missing('pid');
  if (pid <= 1) throw new Unfit(`“pid” is ${String(pid)}, which no plugin can have.`);
  if (pid === selfPid) throw new Unfit('“pid” is that of the Devyard daemon itself.');
  return pid;
}

function integerOf(fields: Fields, name: string, least: number, most: number): number | undefined {
  const value = fieldOf(fields, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw new Unfit(`“${name}” must be a whole number from ${String(least)} to ${String(most)}.`);
  }
  return value;
}

function textOf(fields: Fields, name: string): string | undefined {
  const value = fieldOf(fields, name);
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new Unfit(`“${name}” must be a text.`);
  if (value.length > longestText) throw new Unfit(`“${name}” has more than ${String(longestText)} characters.`);
  return value;
}

function missing(name: string): never {
  throw new Unfit(`“${name}” is missing.`);
}

function optional<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, string>);
}
