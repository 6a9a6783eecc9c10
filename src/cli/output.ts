import { ApiError } from '../api/client/transport.ts';

/** The command line itself is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The command whose help says more. */
  help = 'help';
}

/** Prints a line and gives the exit code for success. */
export function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

export function printJson(value: unknown): number {
  return print(JSON.stringify(value, undefined, 2));
}

/** Says on stderr what went wrong, and below it what may help. */
export function warn([message = '', ...details]: readonly string[]): void {
  process.stderr.write(`${[`devyard: ${message}`, ...details].join('\n')}\n`);
}

/** Says what went wrong on stderr, and gives the exit code for it. */
export function fail(error: unknown): number {
  if (error instanceof UsageError) {
    warn([error.message, `Run “devyard ${error.help}” to see what there is.`]);
    return 2;
  }
  const { message, hint } = error as { message?: string; hint?: string };
  warn([message ?? String(error), ...(hint === undefined ? [] : [hint])]);
  return error instanceof ApiError ? exitCodeOf(error) : 1;
}

function exitCodeOf(error: ApiError): number {
  if (error.code === 'not-found') return 3;
  if (error.status === 409) return 4;
  if (error.code === 'unavailable' && error.status === 0) return 5;
  // As for a missing engine: what is missing is on the machine, the command line was right.
  if (error.code === 'tool-missing') return 1;
  return error.status === 422 || error.status === 400 ? 2 : 1;
}

/** Ends quietly when whoever reads the output has had enough (`devyard … | head`), loudly when it cannot be written. */
export function endWithReader(): void {
  process.stdout.on('error', (error) => {
    process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : fail(error));
  });
  process.stderr.on('error', () => undefined);
}
