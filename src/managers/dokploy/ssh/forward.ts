import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { type Dispose, Emitter } from '../../shared/emitter.ts';
import { DevyardError, errnoOf } from '../../shared/errors.ts';
import { describePortHolder } from '../../shared/ports/holder.ts';
import { problemOf } from './fault.ts';
import { Hold } from './hold.ts';
import { timeLimit } from './limit.ts';
import type { SshPool } from './pool.ts';
import { splice } from './splice.ts';
import type { PortForward } from './types.ts';

/** How long a local connection waits for one to the workspace, in milliseconds. */
const patienceMs = 10_000;

export interface ForwardWish {
  readonly id: string;
  /** Of the pool. */
  readonly key: string;
  readonly remoteHost: string;
  readonly remotePort: number;
  /** A free one when it is left out. */
  readonly localPort?: number | undefined;
  /** Its end is the forward's end. */
  readonly signal?: AbortSignal | undefined;
  /** Do not wait for the first connection: for one that was there before, whose workspace may be stopped now. */
  readonly isRestored?: boolean;
}

export interface Forward extends PortForward {
  /** Told the state when it changes. */
  readonly on: (listener: (state: PortForward['state']) => void) => Dispose;
  /** Resolves when the local port is free and all its connections are closed. */
  close(): Promise<void>;
}

/**
 * A port of 127.0.0.1 that leads to one that the remote side reaches. It stays while the connection is made again; local
 * connections wait some seconds for that. Rejects `port-taken` and `invalid` (`localPort`), and as the pool does when the first
 * connection cannot be made.
 */
export async function openForward(
  pool: SshPool,
  wish: ForwardWish,
  options: { readonly clock?: Clock; readonly random?: () => number } = {},
): Promise<Forward> {
  const clock = options.clock ?? systemClock;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
  const localPort = await listen(server, wish.localPort ?? 0);
  const hold = new Hold(pool, wish.key, options);
  const ended = new AbortController();
  const sockets = new Set<Socket>();
  const changed = new Emitter<PortForward['state']>();
  const stateOf = (): PortForward['state'] => (hold.isUp ? 'open' : 'waiting');

  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    void serve(socket);
  });
  // Running out of descriptors ends no forward: whoever connects is told no.
  server.on('error', () => undefined);

  const serve = async (socket: Socket): Promise<void> => {
    let stream: Duplex;
    try {
      stream = await patiently(pool, wish, { hold, clock, signal: ended.signal });
    } catch {
      socket.resetAndDestroy();
      return;
    }
    if (socket.destroyed) stream.destroy();
    else splice(socket, stream, (cut) => (cut === socket ? socket.resetAndDestroy() : cut.destroy()));
  };

  const isClosed = new Promise<void>((resolve) => void server.once('close', resolve));
  const close = async (): Promise<void> => {
    if (!ended.signal.aborted) {
      ended.abort(new DevyardError('cancelled', 'The port is no longer forwarded.'));
      wish.signal?.removeEventListener('abort', abort);
      hold.release();
      server.close();
      for (const socket of sockets) socket.resetAndDestroy();
    }
    await isClosed;
  };
  const abort = (): void => void close();
  wish.signal?.addEventListener('abort', abort, { once: true });
  if (wish.signal?.aborted === true) abort();

  if (wish.isRestored !== true) {
    try {
      await firstAttempt(hold, ended.signal);
    } catch (error) {
      await close();
      throw error;
    }
  }
  let state = stateOf();
  hold.on(() => {
    if (state === stateOf()) return;
    state = stateOf();
    changed.emit(state);
  });
  return {
    id: wish.id,
    localPort,
    remoteHost: wish.remoteHost,
    remotePort: wish.remotePort,
    get state() {
      return stateOf();
    },
    on: changed.on,
    close,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new DevyardError('invalid', `${String(port)} is no port.`, {
      field: 'localPort',
      hint: 'Ports go from 1 to 65535.',
    });
  }
  server.listen({ host: '127.0.0.1', port, exclusive: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw await listenError(error, port);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new DevyardError('internal', 'The listener has no port.');
  return address.port;
}

async function listenError(error: unknown, port: number): Promise<unknown> {
  const field = 'localPort';
  if (errnoOf(error) === 'EADDRINUSE') {
    const who = (await describePortHolder(port)) ?? 'another program';
    const hint = 'Choose another local port, or none to get a free one.';
    return new DevyardError('port-taken', `Port ${String(port)} is in use by ${who}.`, { field, hint, cause: error });
  }
  if (errnoOf(error) === 'EACCES') {
    const hint = 'Choose a port above 1023.';
    return new DevyardError('invalid', `Port ${String(port)} may not be used by you.`, { field, hint, cause: error });
  }
  return error;
}

/** Resolves when the connection is up; rejects with the reason of the first attempt that failed. */
function firstAttempt(hold: Hold, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      stop();
      signal.removeEventListener('abort', settle);
      if (hold.isUp) resolve();
      else reject(signal.aborted ? signal.reason : hold.problem);
    };
    const stop = hold.on(settle);
    signal.addEventListener('abort', settle, { once: true });
    if (hold.isUp || signal.aborted) settle();
  });
}

/** A stream to the wish's port, with some patience for a connection that is being made again. */
async function patiently(
  pool: SshPool,
  { key, remoteHost, remotePort }: ForwardWish,
  { hold, clock, signal }: { readonly hold: Hold; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Duplex> {
  using limit = timeLimit(clock, patienceMs, signal);
  for (let attempt = 1; ; attempt += 1) {
    await whenUp(hold, limit.signal);
    try {
      return await pool.open(key, remoteHost, remotePort, limit.signal);
    } catch (error) {
      // With the connection as it should be, nothing listens behind it.
      if (problemOf(error) === undefined || attempt > 1) throw error;
    }
  }
}

function whenUp(hold: Hold, signal: AbortSignal): Promise<void> {
  if (hold.isUp) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      stop();
      reject(new DevyardError('unavailable', 'The connection to the workspace did not come back in time.'));
    };
    const stop = hold.on((isUp) => {
      if (!isUp) return;
      stop();
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    else hold.hurry();
  });
}
