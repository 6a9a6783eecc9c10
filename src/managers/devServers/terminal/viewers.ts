import type { Socket } from 'node:net';
import { frame, FrameReader, sizeOf, type TerminalSize } from './protocol.ts';
import type { Scrollback } from './scrollback.ts';

/** Unsent bytes at which a client counts as too slow. */
const mostUnsent = 1024 * 1024;
/** What a client may send at once; it splits longer input. */
const largestInput = 64 * 1024;
/** How long the last output may take to be sent when the program has ended. Milliseconds. */
const farewellMs = 1000;

export interface Program {
  readonly write: (data: Buffer) => void;
  readonly resize: (size: TerminalSize) => void;
}

/** `behind`: it misses output until what it was sent has left, then it gets the scrollback. */
type Viewer = 'silent' | 'live' | 'behind';

/** The clients of one terminal. None of them can hold the program up, whatever it does or does not read. */
export class Viewers {
  readonly #scrollback: Scrollback;
  readonly #program: Program;
  readonly #viewers = new Map<Socket, Viewer>();

  constructor(scrollback: Scrollback, program: Program) {
    this.#scrollback = scrollback;
    this.#program = program;
  }

  add(socket: Socket): void {
    this.#viewers.set(socket, 'silent');
    const frames = new FrameReader(largestInput);
    socket.on('data', (bytes: Buffer) => {
      try {
        for (const { kind, payload } of frames.push(bytes)) this.#take(socket, kind, payload);
      } catch {
        // Not our protocol.
        socket.destroy();
      }
    });
    socket.on('drain', () => {
      if (this.#viewers.get(socket) === 'behind') this.#show(socket);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#viewers.delete(socket));
  }

  /** To be called after the scrollback has it. */
  output(piece: Buffer): void {
    const bytes = this.#viewers.size === 0 ? undefined : frame('O', piece);
    if (bytes === undefined) return;
    for (const [socket, viewer] of this.#viewers) {
      if (viewer !== 'live') continue;
      if (socket.writableLength > mostUnsent) this.#viewers.set(socket, 'behind');
      else socket.write(bytes);
    }
  }

  /** Sends what is still unsent, for a second at most, and disconnects everybody. */
  async end(): Promise<void> {
    const sockets = [...this.#viewers.keys()];
    const gone = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const [socket, viewer] of this.#viewers) {
      if (viewer === 'behind') this.#show(socket);
      socket.end(() => socket.destroy());
    }
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, farewellMs);
    await Promise.all(gone);
    clearTimeout(timer);
  }

  #take(socket: Socket, kind: string, payload: Buffer): void {
    if (kind === 'H') return this.#show(socket);
    // Only who may write gets anything: on Windows others may open a pipe for reading.
    if (this.#viewers.get(socket) === 'silent') return;
    if (kind === 'I') this.#program.write(payload);
    const size = kind === 'R' ? sizeOf(payload) : undefined;
    if (size !== undefined) this.#program.resize(size);
  }

  #show(socket: Socket): void {
    this.#viewers.set(socket, 'live');
    socket.write(frame('S', this.#scrollback.snapshot()));
  }
}
