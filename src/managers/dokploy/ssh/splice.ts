import type { Duplex } from 'node:stream';

/**
 * Hands the bytes of two streams to each other, at the pace of the slower one. An end of one is a half-close of the other. When
 * one is cut off, so is the other, by `cut`.
 */
export function splice(
  one: Duplex,
  other: Duplex,
  cut: (stream: Duplex) => void = (stream) => {
    stream.destroy();
  },
): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => undefined);
    from.once('close', () => {
      // One that was read and written to its end may close before the other has taken everything.
      if (from.readableEnded && from.writableFinished) return;
      if (from.readableEnded) endSoon(to);
      else cut(to);
    });
  }
}

/** What it was given is still delivered; what it has to say interests nobody any more. */
function endSoon(stream: Duplex): void {
  stream.resume();
  if (stream.writableFinished) stream.destroy();
  else stream.once('finish', () => stream.destroy());
}
