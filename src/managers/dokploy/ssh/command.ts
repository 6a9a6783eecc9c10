import type { ClientChannel } from 'ssh2';
import { cancelled, sshError } from './fault.ts';
import { sendSignal, sessionOptions } from './insides.ts';
import { type Channels, delivered, openChannel, watchEnd, watchExit } from './session.ts';
import { readerOf, writerOf } from './streams.ts';
import type { ExitStatus, RemoteCommand } from './types.ts';

/** How long a cancelled command has to end by itself, in milliseconds. */
const graceMs = 2000;

/**
 * Runs a command. At an abort it gets TERM, after two seconds KILL, and its channel is closed; `exit` then rejects
 * `cancelled`. OpenSSH passes signals on only where it separates privileges, so not to what root runs: such a command notices
 * by its closed input and output.
 */
export async function runCommand(
  channels: Channels,
  command: string,
  options: { readonly signal?: AbortSignal | undefined; readonly agentForward: boolean },
): Promise<RemoteCommand> {
  const { client, socket, room, clock } = channels;
  const { signal, agentForward } = options;
  const channel = await openChannel(channels, (opened) => client.exec(command, sessionOptions(agentForward), opened), {
    signal,
    discard: kill,
  });
  const stdout = readerOf(channel);
  const stderr = readerOf(channel.stderr);
  const stdin = writerOf({ channel, socket, room });
  const status = watchExit(channel);
  const { promise: exit, resolve, reject } = Promise.withResolvers<ExitStatus>();
  // Somebody may read the output only.
  exit.catch(() => undefined);
  let stopGrace: (() => void) | undefined;

  const abort = (): void => {
    // Nobody reads on: what it still writes must not hold it up.
    stdout.destroy();
    stderr.destroy();
    sendSignal(channel, 'TERM');
    stopGrace = clock.after(graceMs, () => {
      kill(channel);
      reject(cancelled(signal));
    });
  };
  const over = (): void => {
    signal?.removeEventListener('abort', abort);
    stopGrace?.();
    stdin.stop();
  };
  watchEnd(channels, channel, {
    // Without its status nobody knows whether the output is whole.
    isWhole: () => status() !== undefined,
    torn: () => {
      over();
      stdout.destroy();
      stderr.destroy();
      reject(channels.lost() ?? sshError('lost', `The connection to ${channels.place} broke.`));
    },
    closed: () => {
      over();
      if (signal?.aborted === true) reject(cancelled(signal));
      else void Promise.all([delivered(stdout), delivered(stderr)]).then(() => resolve(status() ?? unknownStatus));
    },
  });
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();

  return {
    stdin,
    stdout,
    stderr,
    exit,
    end(name = 'TERM') {
      sendSignal(channel, name);
      channel.close();
    },
  };
}

const unknownStatus: ExitStatus = { code: null, signal: null };

function kill(channel: ClientChannel): void {
  sendSignal(channel, 'KILL');
  channel.close();
  channel.resume();
  channel.stderr.resume();
}
