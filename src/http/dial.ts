import { connect, type Socket } from 'node:net';
import { HttpFailure } from '../managers/dokploy/api/types.ts';
import { opened } from './opening.ts';

export interface HostPort {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Milliseconds. The system's own limit is more than two minutes. */
const connectMs = 10_000;

/** A TCP connection. Rejects with HttpFailure `refused`. */
export async function dial({ host, port }: HostPort, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
  const timer = setTimeout(() => socket.destroy(new HttpFailure('refused', 'the host does not answer')), connectMs);
  try {
    return await opened(socket, 'connect', signal);
  } finally {
    clearTimeout(timer);
  }
}
