import { connect, type Socket } from 'node:net';
import { HttpFailure } from '../managers/dokploy/api/types.ts';
import { onAbort } from './limit.ts';
import { refused } from './problems.ts';

export interface HostPort {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Milliseconds. The system's own limit is more than two minutes. */
const connectMs = 10_000;

/** A TCP connection. Rejects with HttpFailure `refused`. */
export function dial({ host, port }: HostPort, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
    const timer = setTimeout(() => fail(new HttpFailure('refused', 'the host does not answer')), connectMs);
    const forget = onAbort(signal, () => fail(new HttpFailure('refused', 'it was ended while connecting')));
    const done = (): void => {
      clearTimeout(timer);
      forget();
      socket.off('error', fail);
    };
    function fail(error: unknown): void {
      done();
      // A socket that is given up may still report.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(refused(error));
    }
    socket.once('error', fail);
    socket.once('connect', () => {
      done();
      resolve(socket);
    });
  });
}
