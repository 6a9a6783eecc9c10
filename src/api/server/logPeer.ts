import type { WebSocket } from 'ws';
import type { Clock } from '../../managers/shared/clock.ts';
import { Mutex } from '../../managers/shared/mutex.ts';
import type { Upgrade } from './upgrades.ts';

const heartbeatMs = 30_000;
/** Characters handed to the socket before it must have sent them: all that a slow client costs. */
const chunkLength = 64 * 1024;

/** RFC 6455, section 7.4.1. */
export type CloseCode = 1000 | 1001 | 1011;

/** One client of a log socket, which says nothing and reads as fast as it likes. */
export class LogPeer {
  /** Aborts when the connection has ended, from whichever side. */
  readonly closed: AbortSignal;
  readonly #ws: WebSocket;
  readonly #socket: Upgrade['socket'];
  readonly #clock: Clock;
  readonly #turn = new Mutex();
  /** Heard of since the last heartbeat: a pong, or that it took what was sent. */
  #alive = true;
  #cancelHeartbeat: () => void = () => undefined;

  constructor(ws: WebSocket, socket: Upgrade['socket'], clock: Clock) {
    const ended = new AbortController();
    this.closed = ended.signal;
    this.#ws = ws;
    this.#socket = socket;
    this.#clock = clock;
    // What breaks the protocol is closed by ws itself.
    ws.on('error', () => undefined);
    ws.on('close', () => {
      this.#cancelHeartbeat();
      ended.abort();
    });
    ws.on('pong', () => (this.#alive = true));
    // Not answered by ws itself (autoPong): who asks without end and never reads would fill our memory with answers.
    ws.on('ping', (data) => {
      if (ws.readyState === ws.OPEN && ws.bufferedAmount < chunkLength) ws.pong(data);
    });
    this.#beat();
  }

  /** Sends messages as JSON; resolves when they have left for the peer, or it has gone. Callers wait for each other. */
  send(messages: Iterable<object>): Promise<void> {
    return this.#turn.run(async () => {
      let chunk: string[] = [];
      let length = 0;
      for (const message of messages) {
        const text = JSON.stringify(message);
        chunk.push(text);
        length += text.length;
        if (length < chunkLength) continue;
        await this.#write(chunk);
        if (this.closed.aborted) return;
        chunk = [];
        length = 0;
      }
      await this.#write(chunk);
    });
  }

  /** Says goodbye; the connection ends when the peer has said it too, or soon. */
  close(code: CloseCode, reason: string): void {
    this.#ws.close(code, reason);
  }

  async #write(texts: readonly string[]): Promise<void> {
    if (texts.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#socket.cork();
      // Called in any case, with an error when the connection breaks.
      for (const [index, text] of texts.entries())
        this.#ws.send(text, index === texts.length - 1 ? () => resolve() : ignore);
      this.#socket.uncork();
    });
    this.#alive = true;
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#clock.after(heartbeatMs, () => {
      if (!this.#alive) {
        this.#ws.terminate();
        return;
      }
      this.#alive = false;
      if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping(undefined, undefined, ignore);
      this.#beat();
    });
  }
}

/** A message that could not be sent is noticed where the connection's end is. */
function ignore(): void {}
