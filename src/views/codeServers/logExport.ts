import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes what comes into a file; `onBytes` is told how much there is so far. When it breaks off, what was written is erased:
 * half a log must not pass for a whole one.
 */
export async function writeTo(
  path: string,
  text: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of text) {
      bytes += chunk.length;
      onBytes(bytes);
      yield chunk;
    }
  };
  try {
    await pipeline(Readable.from(counted(), { objectMode: false }), createWriteStream(path), { signal });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
