import type { Socket } from 'node:net';
import type { Client } from 'ssh2';
import type { Clock } from '../../shared/clock.ts';
import { DevyardError } from '../../shared/errors.ts';
import { runCommand } from './command.ts';
import { placeOf, sshError } from './fault.ts';
import { KeepAlive } from './keepAlive.ts';
import type { Channels } from './session.ts';
import { openShell } from './shell.ts';
import { createSocketRoom } from './streams.ts';
import { openTunnel } from './tunnel.ts';
import type { SshConnection, SshTarget } from './types.ts';

/** A connection that can be asked whether it still is one. */
export interface SshLink extends SshConnection {
  /** Nothing was heard of the other side for suspiciously long: ask before relying on it. */
  readonly isDoubtful: boolean;
  /** Whether the other side answers within five seconds. */
  probe(): Promise<boolean>;
}

/** How long a peer may take to say goodbye, in milliseconds. */
const goodbyeMs = 1000;

/** What is offered on a connection that is logged in. */
export function createLink(client: Client, socket: Socket, target: SshTarget, clock: Clock): SshLink {
  const place = placeOf(target);
  const { promise: closed, resolve } = Promise.withResolvers<Error | undefined>();
  let lost: DevyardError | undefined;
  let isEnding = false;
  let cause: Error | undefined;
  // Each channel listens for its end.
  client.setMaxListeners(0);

  const keepAlive = new KeepAlive({
    clock,
    ask: () => askForAnything(client),
    dead: () => fail(new Error('Nothing was heard of it any more.')),
  });
  const fail = (error: Error): void => {
    cause ??= error;
    // A peer that is not there any more acknowledges no goodbye.
    socket.destroy();
  };
  socket.on('data', () => keepAlive.heard());
  client.on('error', fail);
  client.once('close', () => {
    keepAlive.stop();
    lost = isEnding
      ? new DevyardError('cancelled', `The connection to ${place} was ended.`)
      : sshError('lost', `The connection to ${place} broke${cause === undefined ? '' : `: ${cause.message}`}.`, {
          hint: 'It is made again when it is needed.',
          cause,
        });
    resolve(isEnding ? undefined : lost);
  });

  const channels: Channels = { client, socket, room: createSocketRoom(socket), clock, place, lost: () => lost };
  const withAgent = agentForwarding(target.forwardAgent !== undefined);
  return {
    closed,
    get isDoubtful() {
      return keepAlive.isDoubtful;
    },
    probe: () => keepAlive.probe(),
    exec: (command, options = {}) =>
      withAgent((agentForward) => runCommand(channels, command, { signal: options.signal, agentForward })),
    shell: (size) => withAgent((agentForward) => openShell(channels, size, { agentForward })),
    open: (host, port) => openTunnel(channels, host, port),
    end() {
      if (isEnding || lost !== undefined) return;
      isEnding = true;
      keepAlive.stop();
      client.end();
      const stop = clock.after(goodbyeMs, () => socket.destroy());
      void closed.then(stop);
    },
  };
}

/**
 * Any global request that wants a reply gets one (RFC 4254, 4). Taking back a forward that never was is one that ssh2 offers
 * and that changes nothing; its own keep-alive cannot be sent when it is wanted.
 */
function askForAnything(client: Client): void {
  try {
    client.unforwardIn('localhost', 0, () => undefined);
  } catch {
    // The connection is over; its end is told elsewhere.
  }
}

/** Asks for the agent where that is wanted; goes without, as ssh does, where the server does not let it through. */
function agentForwarding(isWanted: boolean): <T>(open: (agentForward: boolean) => Promise<T>) => Promise<T> {
  let isAsked = isWanted;
  return async (open) => {
    if (!isAsked) return open(false);
    try {
      return await open(true);
    } catch (error) {
      if (!isAgentRefusal(error)) throw error;
      isAsked = false;
      return open(false);
    }
  };
}

function isAgentRefusal(error: unknown): boolean {
  return (
    error instanceof DevyardError &&
    error.cause instanceof Error &&
    error.cause.message === 'Unable to request agent forwarding'
  );
}
