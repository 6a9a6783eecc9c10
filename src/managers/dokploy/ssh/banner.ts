import type { Socket } from 'node:net';
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { DevyardError } from '../../shared/errors.ts';
import { dial } from './dial.ts';
import { cancelled, placeOf, quoted, sshError } from './fault.ts';
import { IdentificationReader } from './identification.ts';
import { type Limit, seconds, timeLimit } from './limit.ts';
import type { SshEndpoint } from './types.ts';

/**
 * What the SSH server there says it is: `SSH-2.0-…`. Nothing of ours is sent. Rejects `unavailable` when nothing answers, or
 * something that is no SSH server; `cancelled`.
 */
export async function readBanner(
  endpoint: SshEndpoint,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal; readonly clock?: Clock },
): Promise<string> {
  using limit = timeLimit(options.clock ?? systemClock, options.timeoutMs, options.signal);
  const socket = await dial(endpoint, limit);
  try {
    return await readIdentification(socket, endpoint, limit);
  } finally {
    socket.destroy();
  }
}

/**
 * Reads the line by which a server identifies itself and puts it back, in one piece and without what came before it: ssh2
 * loses bytes when that line comes in more than two pieces, and keeps up to 8 MB of what comes before.
 */
export function readIdentification(socket: Socket, endpoint: SshEndpoint, limit: Limit): Promise<string> {
  const reader = new IdentificationReader();
  return new Promise((resolve, reject) => {
    const settle = (result: string | DevyardError): void => {
      socket.pause().off('data', read).off('end', hungUp).off('close', hungUp).off('error', broke);
      limit.signal.removeEventListener('abort', giveUp);
      if (typeof result === 'string') {
        resolve(result);
        return;
      }
      socket.destroy();
      reject(result);
    };
    const read = (chunk: Buffer): void => {
      const identification = reader.push(chunk);
      if (identification.status === 'incomplete') return;
      if (identification.status === 'foreign') {
        settle(notSsh(endpoint, identification.said));
        return;
      }
      // Only a paused stream keeps what is put back.
      socket.pause();
      socket.unshift(identification.raw);
      settle(identification.line);
    };
    const hungUp = (): void => settle(closedEarly(endpoint, reader.said));
    const broke = (error: Error): void => settle(closedEarly(endpoint, reader.said, error));
    const giveUp = (): void => {
      if (!limit.isUp) settle(cancelled(limit.signal));
      else settle(reader.said === '' ? silent(endpoint, limit.ms) : notSsh(endpoint, reader.said));
    };
    if (limit.signal.aborted) {
      giveUp();
      return;
    }
    limit.signal.addEventListener('abort', giveUp, { once: true });
    socket.on('data', read).once('end', hungUp).once('close', hungUp).once('error', broke);
  });
}

const checkPort = 'Check that this is the port of SSH, and which program has it.';

function notSsh(endpoint: SshEndpoint, said: string): DevyardError {
  const words = said === '' ? '' : `: it says ${quoted(said)}`;
  return sshError('not-ssh', `${placeOf(endpoint)} is no SSH server${words}.`, { hint: checkPort });
}

function silent(endpoint: SshEndpoint, ms: number): DevyardError {
  return sshError(
    'silent',
    `${placeOf(endpoint)} accepts connections, but said nothing within ${seconds(ms)}: an SSH server speaks first.`,
    { hint: checkPort },
  );
}

/** OpenSSH says so to whom it has had too many failures from, or too many logins at once. */
function closedEarly(endpoint: SshEndpoint, said: string, cause?: unknown): DevyardError {
  const words = said === '' ? '' : ` It said ${quoted(said)}.`;
  return sshError('hung-up', `${placeOf(endpoint)} closed the connection before it named itself.${words}`, {
    hint: 'Its SSH server may be starting, or refuse this address for a while after failed logins.',
    cause,
  });
}
