const tilde = 0x7e;
const dot = 0x2e;

/** What to send of what was typed, and whether that was the wish to leave. */
interface Typed {
  readonly bytes: Buffer;
  readonly isLeaving: boolean;
}

/**
 * The way out of a terminal that hangs, as ssh(1) has it (“Escape characters”): at the beginning of a line `~.` leaves, and
 * `~~` is a tilde.
 */
export function createEscape(): (typed: Buffer) => Typed {
  let atStart = true;
  let escaped = false;
  return (typed) => {
    const bytes: number[] = [];
    for (const byte of typed) {
      if (escaped) {
        escaped = false;
        if (byte === dot) return { bytes: Buffer.from(bytes), isLeaving: true };
        if (byte !== tilde) bytes.push(tilde);
      } else if (atStart && byte === tilde) {
        escaped = true;
        continue;
      }
      bytes.push(byte);
      atStart = byte === 0x0d || byte === 0x0a;
    }
    return { bytes: Buffer.from(bytes), isLeaving: false };
  };
}
