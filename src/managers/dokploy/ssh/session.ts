import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Clock } from '../../shared/clock.ts';
import { DevyardError, messageOf } from '../../shared/errors.ts';
import { cancelled, sshError } from './fault.ts';
import { exitOf, saidEnd } from './insides.ts';
import type { SocketRoom } from './streams.ts';
import type { ExitStatus } from './types.ts';

/** A connection that is logged in, as those see it who open channels on it. */
export interface Channels {
  readonly client: Client;
  readonly socket: Socket;
  readonly room: SocketRoom;
  readonly clock: Clock;
  /** `host:port`. */
  readonly place: string;
  /** Why it is over; undefined while it is not. */
  readonly lost: () => DevyardError | undefined;
}

export type Opened = (error: Error | undefined, channel: ClientChannel) => void;

/**
 * Opens a channel. Rejects with the problem `unsent` when nothing can have been begun on the other side, `no-channel` when the
 * server refused to open one, `lost` after that. A channel that comes after the caller gave up is handed to `discard`.
 */
export function openChannel(
  channels: Channels,
  begin: (opened: Opened) => void,
  options: { readonly signal?: AbortSignal | undefined; readonly discard: (channel: ClientChannel) => void },
): Promise<ClientChannel> {
  const { signal, discard } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelled(signal));
      return;
    }
    let isGivenUp = false;
    const giveUp = (): void => {
      isGivenUp = true;
      reject(cancelled(signal));
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    const opened: Opened = (error, channel) => {
      signal?.removeEventListener('abort', giveUp);
      if (error !== undefined) {
        reject(openError(channels, error));
        return;
      }
      // Writing to what was closed meanwhile is an error of the stream; our own streams have told by then.
      channel.on('error', () => undefined);
      if (isGivenUp) discard(channel);
      else resolve(channel);
    };
    try {
      begin(opened);
    } catch (error) {
      opened(error instanceof Error ? error : new Error(messageOf(error)), undefined as never);
    }
  });
}

/** A failure to open, in ssh2's words: it has no codes for its own. */
function openError(channels: Channels, error: Error): DevyardError {
  const { place } = channels;
  if (error.message === 'Not connected' || error.message === 'No response from server') {
    return sshError('unsent', `The connection to ${place} is over.`, { cause: channels.lost() ?? error });
  }
  const { reason } = error as { reason?: unknown };
  if (reason !== undefined) {
    return sshError('no-channel', `The SSH server on ${place} opens no further channel: ${error.message}`, {
      hint: 'End sessions of this workspace, or raise “MaxSessions” of its SSH server.',
      cause: error,
    });
  }
  return (
    channels.lost() ??
    new DevyardError('unavailable', `The SSH server on ${place} refused: ${error.message}.`, { cause: error })
  );
}

/** Why a channel was not opened (RFC 4254, 5.1), when the server said so. */
export function refusalOf(error: Error): number | undefined {
  const cause = error.cause instanceof Error ? (error.cause.cause as { reason?: unknown } | undefined) : undefined;
  return typeof cause?.reason === 'number' ? cause.reason : undefined;
}

/** Calls `torn` when the connection breaks before the other side said that no more comes, else `closed` at the channel's end. */
export function watchEnd(
  { client }: Pick<Channels, 'client'>,
  channel: ClientChannel,
  on: { readonly torn: () => void; readonly closed: () => void; readonly isWhole?: () => boolean },
): void {
  let isTorn = false;
  // The client says so before it ends its channels.
  const lost = (): void => {
    if (saidEnd(channel) && (on.isWhole?.() ?? true)) return;
    isTorn = true;
    on.torn();
  };
  client.once('close', lost);
  channel.once('close', () => {
    client.off('close', lost);
    if (!isTorn) on.closed();
  });
}

/** The status that a session told, if it did. */
export function watchExit(channel: ClientChannel): () => ExitStatus | undefined {
  return () => exitOf(channel);
}

/** Resolves when the last byte was read; at once for a stream that nobody reads, whose bytes stay there to be read. */
export function delivered(stream: Readable): Promise<void> {
  const isUnread = stream.readableFlowing === null && stream.listenerCount('readable') === 0;
  if (stream.readableEnded || stream.destroyed || isUnread) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('end', resolve).once('close', resolve);
  });
}
