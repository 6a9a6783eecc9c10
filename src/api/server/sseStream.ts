import type { ServerResponse } from 'node:http';
import type { Clock } from '../../managers/shared/clock.ts';
import { ByteWriter } from './byteWriter.ts';

const heartbeatMs = 15_000;
/** Unsent bytes at which a subscriber counts as slow and is dropped: it reconnects and is replayed what it missed. */
const slowBytes = 1024 * 1024;

export interface SseMessage {
  readonly id?: number;
  readonly event: string;
  readonly data: unknown;
}

/** One response in the format of server-sent events (WHATWG HTML, section 9.2). */
export class SseStream {
  /** Aborts when the stream has ended, from whichever side. */
  readonly closed: AbortSignal;
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #writer = new ByteWriter();
  #cancelHeartbeat: () => void = () => undefined;

  constructor(response: ServerResponse, clock: Clock) {
    const ended = new AbortController();
    this.closed = ended.signal;
    this.#response = response;
    this.#clock = clock;
    response.on('error', () => ended.abort());
    response.on('close', () => {
      this.#cancelHeartbeat();
      ended.abort();
    });
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // Tells nginx and its relatives not to collect the stream into a buffer.
      'X-Accel-Buffering': 'no',
      Connection: 'close',
    });
    response.flushHeaders();
    if (response.destroyed || (response.socket?.destroyed ?? true)) ended.abort();
    else this.#beat();
  }

  /** True while earlier messages wait for the reader. */
  get congested(): boolean {
    return this.#response.writableNeedDrain;
  }

  /** Sends, or drops the subscriber when it is too slow. */
  send(message: SseMessage): void {
    if (this.closed.aborted || this.#response.writableEnded) return;
    const id = message.id === undefined ? '' : `id: ${message.id}\n`;
    this.#response.write(`${id}event: ${message.event}\ndata: ${JSON.stringify(message.data)}\n\n`);
    this.#dropIfSlow();
  }

  /**
   * Sends, and resolves when all of it has left for the reader, or the stream has ended. Until then only its bytes are
   * kept, in memory that the next delivery uses again: so a slow reader costs that and no garbage.
   */
  deliver({ id, event, data }: SseMessage): Promise<void> {
    this.#writer.begin();
    this.#writer.addText(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: `);
    this.#writer.addText(JSON.stringify(data));
    this.#writer.addText('\n\n');
    return this.#written(this.#writer.bytes);
  }

  /** Resolves when the reader has caught up, or the stream has ended. */
  async drained(): Promise<void> {
    if (this.closed.aborted || !this.congested) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done);
        this.closed.removeEventListener('abort', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.closed.addEventListener('abort', done);
    });
  }

  end(): void {
    this.#cancelHeartbeat();
    this.#response.end();
  }

  destroy(): void {
    this.#response.destroy();
  }

  async #written(bytes: Buffer): Promise<void> {
    if (this.closed.aborted || this.#response.writableEnded) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.closed.removeEventListener('abort', done);
        resolve();
      };
      this.closed.addEventListener('abort', done);
      this.#response.write(bytes, done);
    });
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#clock.after(heartbeatMs, () => {
      this.#response.write(':\n\n');
      this.#dropIfSlow();
      if (!this.closed.aborted) this.#beat();
    });
  }

  #dropIfSlow(): void {
    if (this.#response.writableLength > slowBytes) this.#response.destroy();
  }
}
