import { ApiError } from '../api/client/transport.ts';

/** The command line itself is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Prints a line and gives the exit code for success. */
export function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

export function printJson(value: unknown): number {
  return print(JSON.stringify(value, undefined, 2));
}

/** Says what went wrong on stderr, and gives the exit code for it. */
export function fail(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`devyard: ${error.message}\nRun “devyard help” to see what there is.\n`);
    return 2;
  }
  const { message, hint } = error as { message?: string; hint?: string };
  process.stderr.write(`devyard: ${message ?? String(error)}\n${hint === undefined ? '' : `${hint}\n`}`);
  return error instanceof ApiError ? exitCodeOf(error) : 1;
}

function exitCodeOf(error: ApiError): number {
  if (error.code === 'not-found') return 3;
  if (error.status === 409) return 4;
  if (error.code === 'unavailable' && error.status === 0) return 5;
  return error.status === 422 || error.status === 400 ? 2 : 1;
}

/** Ends quietly when whoever reads the output has had enough (`devyard … | head`), loudly when it cannot be written. */
export function endWithReader(): void {
  process.stdout.on('error', (error) => {
    process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : fail(error));
  });
  process.stderr.on('error', () => undefined);
}
