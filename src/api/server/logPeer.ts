import type { WebSocket } from 'ws';
import type { Clock } from '../../managers/shared/clock.ts';
import { Mutex } from '../../managers/shared/mutex.ts';
import { beat, type Heartbeat } from './heartbeat.ts';
import type { Upgrade } from './upgrades.ts';

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
  readonly #heartbeat: Heartbeat;
  readonly #turn = new Mutex();

  constructor(ws: WebSocket, socket: Upgrade['socket'], clock: Clock) {
    const ended = new AbortController();
    this.closed = ended.signal;
    this.#ws = ws;
    this.#socket = socket;
    // What breaks the protocol is closed by ws itself.
    ws.on('error', () => undefined);
    ws.on('close', () => ended.abort());
    this.#heartbeat = beat(ws, clock);
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
    this.#heartbeat.alive();
  }
}

/** A message that could not be sent is noticed where the connection's end is. */
function ignore(): void {}
