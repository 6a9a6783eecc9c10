/** A terminal's tab takes whatever it is given and cannot say when it is enough: at most so many bytes at once … */
const burstBytes = 256 * 1024;
/** … and then a breath. Milliseconds. Together about what a terminal can show; the rest waits where it comes from. */
const breathMs = 20;

/** Writes what comes, as text, until its end. A character may be cut in two by the end of a piece. */
export async function copyText(output: AsyncIterable<Uint8Array>, write: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let bytes = 0;
  for await (const piece of output) {
    write(decoder.decode(piece, { stream: true }));
    bytes += piece.length;
    if (bytes < burstBytes) continue;
    bytes = 0;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, breathMs);
    });
  }
}
