import type { Duplex } from 'node:stream';
import { DevyardError } from '../../shared/errors.ts';
import { problemOf } from './fault.ts';
import { type Channels, openChannel, refusalOf, watchEnd } from './session.ts';
import { duplexOf } from './streams.ts';

/** Reasons why a channel is not opened (RFC 4254, 5.1). */
const prohibited = 1;
const connectFailed = 2;

/**
 * A stream to `host`:`port` as the remote side sees it. It is destroyed without an end when the connection breaks, so that
 * what was cut off does not look whole.
 */
export async function openTunnel(channels: Channels, host: string, port: number): Promise<Duplex> {
  const { client, socket, room } = channels;
  try {
    const channel = await openChannel(channels, (opened) => client.forwardOut('127.0.0.1', 0, host, port, opened), {
      discard: (late) => late.close(),
    });
    const { stream, stop, finish } = duplexOf({ channel, socket, room });
    watchEnd(channels, channel, { torn: stop, closed: finish });
    return stream;
  } catch (error) {
    throw tunnelError(error, `${host}:${String(port)}`);
  }
}

function tunnelError(error: unknown, wanted: string): unknown {
  if (!(error instanceof Error) || problemOf(error) !== 'no-channel') return error;
  switch (refusalOf(error)) {
    case connectFailed:
      return new DevyardError('unavailable', `Nothing listens on ${wanted} in the workspace.`, {
        hint: 'Start what should listen there, or choose its port.',
        cause: error,
      });
    case prohibited:
      return new DevyardError('forbidden', `The SSH server of the workspace does not forward to ${wanted}.`, {
        hint: 'Set “AllowTcpForwarding yes” in the sshd_config of the workspace.',
        cause: error,
      });
    case undefined:
    default:
      return error;
  }
}
