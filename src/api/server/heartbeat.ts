import type { WebSocket } from 'ws';
import type { Clock } from '../../managers/shared/clock.ts';

const heartbeatMs = 30_000;
/** Bytes that wait to be sent: whoever asks without end and never reads gets no more answers. */
const maxWaitingBytes = 64 * 1024;

export interface Heartbeat {
  /** The peer was heard of, or took what was sent. */
  alive(): void;
}

/**
 * Asks the peer of a WebSocket every 30 s whether it is there (RFC 6455, 5.5.2) and ends the connection when it was not heard of
 * since the last time. The server must not answer pings by itself (autoPong): they are answered here.
 */
export function beat(ws: WebSocket, clock: Clock): Heartbeat {
  let isAlive = true;
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = clock.after(heartbeatMs, () => {
      // A pong behind bytes that we do not read now is not heard; a peer that has gone breaks the connection at the next ping.
      if (!isAlive && !ws.isPaused) {
        ws.terminate();
        return;
      }
      isAlive = false;
      if (ws.readyState === ws.OPEN) ws.ping(undefined, undefined, () => undefined);
      again();
    });
  };
  ws.on('close', () => cancel());
  ws.on('pong', () => (isAlive = true));
  ws.on('ping', (data) => {
    if (ws.readyState === ws.OPEN && ws.bufferedAmount < maxWaitingBytes) ws.pong(data);
  });
  again();
  return { alive: () => (isAlive = true) };
}
