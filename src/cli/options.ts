import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from './output.ts';

const definition = {
  'data-dir': { type: 'string' },
  listen: { type: 'string' },
  'token-file': { type: 'string' },
  'idle-exit': { type: 'boolean', default: false },
  'end-running': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  wait: { type: 'boolean', default: false },
  follow: { type: 'boolean', short: 'f', default: false },
  start: { type: 'boolean', default: false },
  folder: { type: 'string' },
  port: { type: 'string' },
  lines: { type: 'string', short: 'n' },
  'keep-workspace': { type: 'boolean', default: false },
  'erase-workspace': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

export interface Options {
  readonly dataDir: string | undefined;
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly tokenFile: string | undefined;
  readonly idleExit: boolean;
  readonly endRunning: boolean;
  readonly json: boolean;
  readonly wait: boolean;
  readonly follow: boolean;
  readonly start: boolean;
  readonly folder: string | undefined;
  readonly port: number | undefined;
  readonly lines: number | undefined;
  readonly keepWorkspace: boolean;
  readonly eraseWorkspace: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

const names = ['serve', 'status', 'logs', 'stop', 'code-server', 'help'] as const;

export interface ParsedCommand {
  readonly name: (typeof names)[number];
  /** What follows the command's name. */
  readonly operands: readonly string[];
  readonly options: Options;
}

/** Reads the command line. Throws UsageError naming what is wrong. */
export function parse(argv: readonly string[]): ParsedCommand {
  const { values, positionals } = parsed(argv);
  const [first = 'help', ...operands] = positionals;
  const name = names.find((known) => known === first);
  if (name === undefined) throw new UsageError(`There is no command “${first}”.`);
  return {
    name,
    operands,
    options: {
      dataDir: absolute(values['data-dir']),
      listen: values.listen === undefined ? undefined : parseListen(values.listen),
      tokenFile: absolute(values['token-file']),
      idleExit: values['idle-exit'],
      endRunning: values['end-running'],
      json: values.json,
      wait: values.wait,
      follow: values.follow,
      start: values.start,
      folder: absolute(values.folder),
      port: wholeNumber('--port', values.port, 1, 65_535),
      lines: wholeNumber('--lines', values.lines, 1, 100_000),
      keepWorkspace: values['keep-workspace'],
      eraseWorkspace: values['erase-workspace'],
      help: values.help,
      version: values.version,
    },
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: definition, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

function wholeNumber(option: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`${option} takes a whole number from ${String(least)} to ${String(most)}, not “${text}”.`);
  }
  return value;
}

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`. */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([\da-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) throw new UsageError(`--listen takes HOST:PORT, not “${text}”.`);
  return { host, port };
}
