import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { ExitStatus, RemoteCommand } from '../managers/dokploy/ssh/types.ts';
import { errnoOf } from '../managers/shared/errors.ts';

export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** As `ssh` ends when the connection does. */
const connectionLost = 255;
/** As a shell tells of a program that wrote to nobody. */
const readerGone = 128 + constants.signals.SIGPIPE;

/**
 * Joins a remote command to this process, byte for byte and no faster than whoever reads. Resolves with the exit code once
 * all of its output was taken. Rejects when the connection broke, and with the signal's reason.
 */
export async function passThrough(remote: RemoteCommand, streams: Streams, signal: AbortSignal): Promise<number> {
  const { stdin, stdout, stderr } = streams;
  const gone = Promise.withResolvers<number>();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    remote.end('TERM');
    aborted.reject(signal.reason);
  };
  const onReader = (error: Error): void => {
    remote.end('PIPE');
    if (errnoOf(error) === 'EPIPE') gone.resolve(readerGone);
    else gone.reject(error);
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  stdout.once('error', onReader);
  // Nobody may be listening to it, and the command goes on all the same.
  stderr.on('error', () => remote.stderr.resume());
  // A command need not read all that there is for it, and what feeds it may break: both are the end of its input.
  remote.stdin.on('error', () => stdin.unpipe(remote.stdin));
  stdin.once('error', () => remote.stdin.end());
  remote.stdout.pipe(stdout, { end: false });
  remote.stderr.pipe(stderr, { end: false });
  stdin.pipe(remote.stdin);
  try {
    return await Promise.race([remote.exit.then(exitCodeOf), gone.promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    stdin.unpipe(remote.stdin);
    stdin.pause();
  }
}

/** As a shell tells it: 128 and the number of the signal that ended the command. */
export function exitCodeOf({ code, signal }: ExitStatus): number {
  if (code !== null) return code;
  if (signal === null) return connectionLost;
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[`SIG${signal}`] ?? 0);
}
