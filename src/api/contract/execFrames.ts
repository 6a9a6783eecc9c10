/**
 * Frames of a command that runs in a workspace, as in the body of `execFramesType`: one byte for the kind, four for the
 * length (big-endian), then so many bytes. To the daemon: the command first, then its input; the body's end is the
 * input's. From the daemon: output as it comes, the end last.
 */
export const frameKinds = {
  /** JSON `{"command"}`. */
  command: 0,
  input: 1,
  output: 1,
  errors: 2,
  /** JSON `{"exit":{"code","signal"}}` or `{"error":{"code","message","hint"}}`. */
  end: 3,
} as const;

/** How a command ended. */
export interface ExitStatus {
  /** Null when a signal ended it, or nobody knows. */
  readonly code: number | null;
  /** Without SIG: `TERM`. */
  readonly signal: string | null;
}

/** A frame, or a piece of one with data: those are not collected. */
export interface Frame {
  readonly kind: number;
  readonly bytes: Buffer;
}

const headBytes = 5;
/** For JSON. What may be of any length is data, of which nothing is kept. */
const maxJsonBytes = 1024 * 1024;

/** What stands before `length` bytes of a frame. */
export function frameHead(kind: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(length, 1);
  return head;
}

export function jsonFrame(kind: number, value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  return Buffer.concat([frameHead(kind, json.length), json]);
}

export interface FrameReader {
  /** Takes bytes as they come and gives what they complete: data at once, piece by piece, JSON as whole frames. */
  read(chunk: Buffer): Generator<Frame, void>;
  /** A frame has begun whose end has not come. */
  readonly torn: boolean;
}

/** `read` throws RangeError for a frame of another kind, and for JSON that is too long to be any. */
export function createFrameReader(kinds: { readonly json: number; readonly data: readonly number[] }): FrameReader {
  const head = Buffer.alloc(headBytes);
  let headLength = 0;
  let kind = 0;
  let missing = 0;
  let json: Buffer[] = [];

  const begin = (): void => {
    kind = head.readUInt8(0);
    missing = head.readUInt32BE(1);
    if (kind !== kinds.json && !kinds.data.includes(kind)) {
      throw new RangeError(`There is no frame of kind ${String(kind)} here.`);
    }
    if (kind === kinds.json && missing > maxJsonBytes) {
      throw new RangeError(`A frame of kind ${String(kind)} has at most ${String(maxJsonBytes)} bytes.`);
    }
  };

  return {
    *read(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (headLength < headBytes) {
          const copied = chunk.copy(head, headLength, at);
          at += copied;
          headLength += copied;
          if (headLength < headBytes) return;
          begin();
        }
        const bytes = chunk.subarray(at, at + missing);
        at += bytes.length;
        missing -= bytes.length;
        if (missing === 0) headLength = 0;
        if (kind !== kinds.json) {
          if (bytes.length > 0) yield { kind, bytes };
          continue;
        }
        json.push(bytes);
        if (missing > 0) return;
        const whole = Buffer.concat(json);
        json = [];
        yield { kind, bytes: whole };
      }
    },
    get torn() {
      return headLength > 0;
    },
  };
}
