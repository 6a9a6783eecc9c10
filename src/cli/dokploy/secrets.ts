import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import { ApiError } from '../../api/client/transport.ts';
import { interruptedExitCode } from '../jobs/interrupt.ts';
import { standardInput } from '../options/dokployReaders.ts';
import { UsageError } from '../output.ts';

interface Wanted {
  /** For people: “The API key”. */
  readonly what: string;
  readonly file: string | undefined;
  /** Option that names the file. */
  readonly option: string;
  /** Environment variable that may hold it. */
  readonly variable: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A secret, which is no argument: every user of a machine sees those. From a file or the standard input, else from the
 * environment, else asked for on the terminal. Throws UsageError where there is none of them.
 */
export async function readSecret({ what, file, option, variable, env }: Wanted): Promise<string> {
  const given = file !== undefined ? await readText(file) : (env[variable] ?? '');
  const secret = given.trim();
  if (secret !== '') return secret;
  if (file !== undefined) throw new UsageError(`--${option}: there is nothing in it.`);
  if (process.stdin.isTTY && process.stderr.isTTY) return ask(what);
  throw new UsageError(`${what} is missing: give it with --${option} FILE, or in ${variable}.`);
}

/** The text of a file, or of the standard input. */
export async function readText(file: string): Promise<string> {
  if (file === standardInput) return text(process.stdin);
  return readFile(file, 'utf8').catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const missing = code === 'ENOENT';
    throw new ApiError({
      code: missing ? 'not-found' : 'forbidden',
      status: missing ? 404 : 403,
      message: `${file} cannot be read: ${missing ? 'it does not exist' : code}.`,
    });
  });
}

/** Reads a line that is not shown. */
async function ask(what: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  // As a terminal, readline takes the echo on itself, from here on, and hands it to nobody.
  const line = createInterface({ input: process.stdin, output: unseen, terminal: true, historySize: 0 });
  process.stderr.write(`${what}: `);
  try {
    const secret = await new Promise<string>((resolve) => {
      line.on('line', resolve);
      line.on('close', () => resolve(''));
      line.on('SIGINT', () => process.exit(interruptedExitCode));
    });
    if (secret.trim() !== '') return secret.trim();
    throw new UsageError(`${what} is missing.`);
  } finally {
    line.close();
    process.stderr.write('\n');
  }
}
