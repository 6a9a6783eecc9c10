import { connect, type Socket } from 'node:net';
import { DevyardError, messageOf } from '../../shared/errors.ts';
import { FrameReader, helloFrame, inputFrames, sizeFrame } from './protocol.ts';

export interface TerminalConnection {
  /**
   * What the program shows: its last 256 KB, then all that follows; ends with the program. To be read by one reader. A reader
   * that cannot keep up misses what is between: it gets a reset of the terminal (`ESC c`) and the last 256 KB again.
   */
  readonly output: AsyncIterable<Buffer>;
  /** Input as if typed. What is written after the end goes nowhere. */
  write(data: string | Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** Disconnects; the program runs on. */
  close(): void;
}

/** RIS of ECMA-48: the terminal forgets all it shows. */
const resetTerminal = Buffer.from('\u001Bc');

/** Connects to the holder of a program's terminal. Rejects `unavailable` when there is none (any more). */
export async function openTerminal(socketPath: string): Promise<TerminalConnection> {
  const socket = await connected(socketPath);
  // A holder that is killed resets the connection, perhaps while nobody reads.
  socket.on('error', () => undefined);
  const send = (bytes: Buffer): void => {
    if (socket.writable) socket.write(bytes);
  };
  send(helloFrame());
  return {
    output: outputOf(socket),
    write(data) {
      for (const bytes of inputFrames(typeof data === 'string' ? Buffer.from(data) : data)) send(bytes);
    },
    resize: (columns, rows) => send(sizeFrame({ columns, rows })),
    close: () => void socket.destroy(),
  };
}

async function* outputOf(socket: Socket): AsyncGenerator<Buffer, void, void> {
  const frames = new FrameReader();
  let shown = false;
  try {
    for await (const bytes of socket as AsyncIterable<Buffer>) {
      for (const { kind, payload } of frames.push(bytes)) {
        if (kind === 'S' && shown) yield Buffer.concat([resetTerminal, payload]);
        else if (payload.length > 0 && (kind === 'S' || kind === 'O')) yield payload;
        shown ||= kind === 'S';
      }
    }
  } catch {
    // A reset, our own `close`, or bytes that no holder sends: there is no more output.
  } finally {
    socket.destroy();
  }
}

function connected(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const fail = (cause: Error): void => {
      const message = `The terminal at ${socketPath} cannot be reached: ${messageOf(cause)}.`;
      const hint = 'Its process has ended, or is only just starting.';
      reject(new DevyardError('unavailable', message, { hint, cause }));
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
