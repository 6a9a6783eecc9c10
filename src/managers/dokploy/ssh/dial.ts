import { connect, type Socket } from 'node:net';
import { errnoOf, messageOf, type DevyardError } from '../../shared/errors.ts';
import { cancelled, placeOf, sshError } from './fault.ts';
import { seconds, type Limit } from './limit.ts';
import type { SshEndpoint } from './types.ts';

/**
 * A TCP connection without Nagle's algorithm: ssh2 writes a packet at a time, and each would wait for the
 * acknowledgement of the one before. Rejects `unavailable`, `cancelled`.
 */
export function dial(endpoint: SshEndpoint, limit: Limit): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (limit.signal.aborted) {
      reject(cancelled(limit.signal));
      return;
    }
    const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
    // Whoever has it listens for its end; an error that comes while nobody does must not end the process.
    socket.on('error', () => undefined);
    const settle = (error?: DevyardError): void => {
      limit.signal.removeEventListener('abort', giveUp);
      socket.off('connect', settle).off('error', fail);
      if (error === undefined) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(error);
    };
    const fail = (error: Error): void => settle(dialError(endpoint, error));
    const giveUp = (): void => settle(limit.isUp ? timedOut(endpoint, limit.ms) : cancelled(limit.signal));
    limit.signal.addEventListener('abort', giveUp, { once: true });
    socket.once('connect', () => settle()).once('error', fail);
  });
}

function timedOut(endpoint: SshEndpoint, ms: number): DevyardError {
  return sshError('unreachable', `${placeOf(endpoint)} did not answer within ${seconds(ms)}.`, {
    hint: 'Check the address, and that no firewall drops connections to that port.',
  });
}

function dialError(endpoint: SshEndpoint, cause: Error): DevyardError {
  const place = placeOf(endpoint);
  switch (errnoOf(cause)) {
    case 'ECONNREFUSED':
      return sshError('refused', `Nothing listens on ${place}.`, {
        hint: 'Check that the workspace runs and that its SSH port is the one it publishes.',
        cause,
      });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NONAME':
    case 'EAI_NODATA':
    case 'EAI_FAIL':
      return sshError('unreachable', `The host name ${endpoint.host} is not known.`, {
        hint: 'Check the address of the server, and the name service of this machine.',
        cause,
      });
    case 'ECONNRESET':
      return sshError('hung-up', `${place} closed the connection at once.`, { cause });
    case undefined:
    default:
      return sshError('unreachable', `${place} cannot be reached: ${messageOf(cause)}`, {
        hint: 'Check the address, the network and the firewall.',
        cause,
      });
  }
}
