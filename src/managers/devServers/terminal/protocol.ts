/**
 * What a terminal's holder and its clients say to each other on the holder's socket. A holder outlives daemons, so a newer
 * daemon may talk to an older holder: kinds that a side does not know are skipped.
 *
 * A frame is one byte of kind, the length of its payload (four bytes, big-endian), and the payload:
 *
 *     client → holder   H  hello: one byte, the version of this protocol. Nothing is sent to a client before it.
 *                       I  input: bytes for the program
 *                       R  resize: columns and rows, two bytes each, big-endian
 *     holder → client   S  the last output, whole: replaces whatever the client has shown so far
 *                       O  output that follows
 *
 * The end of the connection is the end of the program or of its holder; the exit code is that of the holder's process.
 */
export const protocolVersion = 1;

export type FrameKind = 'H' | 'I' | 'R' | 'S' | 'O';

export interface Frame {
  /** One character; perhaps none of `FrameKind`, when the other side is newer. */
  readonly kind: string;
  readonly payload: Buffer;
}

const headerBytes = 5;
/** Of a payload: the scrollback is the longest one. */
export const largestPayload = 1024 * 1024;
/** A program that is not reading must not fill our memory: a client sends its input in pieces of this size. */
const inputPiece = 64 * 1024;

export function frame(kind: FrameKind, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length);
  bytes.write(kind, 0, 'latin1');
  bytes.writeUInt32BE(payload.length, 1);
  bytes.set(payload, headerBytes);
  return bytes;
}

export function helloFrame(): Buffer {
  return frame('H', Uint8Array.of(protocolVersion));
}

export function* inputFrames(data: Uint8Array): Iterable<Buffer> {
  for (let at = 0; at < data.length; at += inputPiece) yield frame('I', data.subarray(at, at + inputPiece));
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** No screen is larger; a program that believes in 65,535 rows may try to draw them. */
const largestSide = 2000;

export function sizeFrame({ columns, rows }: TerminalSize): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt16BE(side(columns), 0);
  payload.writeUInt16BE(side(rows), 2);
  return frame('R', payload);
}

/** Undefined for what is no size. */
export function sizeOf(payload: Buffer): TerminalSize | undefined {
  if (payload.length !== 4) return undefined;
  const [columns, rows] = [payload.readUInt16BE(0), payload.readUInt16BE(2)];
  return [columns, rows].every((each) => each >= 1 && each <= largestSide) ? { columns, rows } : undefined;
}

function side(value: number): number {
  return Math.min(largestSide, Math.max(1, Math.trunc(value) || 1));
}

/** Takes bytes as they come and gives the frames that are complete. Throws for a length that nobody sends. */
export class FrameReader {
  readonly #largest: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(largest = largestPayload) {
    this.#largest = largest;
  }

  push(bytes: Buffer): readonly Frame[] {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    while (rest.length >= headerBytes) {
      const length = rest.readUInt32BE(1);
      if (length > this.#largest) throw new RangeError(`a frame of ${String(length)} bytes`);
      const end = headerBytes + length;
      if (rest.length < end) break;
      frames.push({ kind: rest.toString('latin1', 0, 1), payload: rest.subarray(headerBytes, end) });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return frames;
  }
}
