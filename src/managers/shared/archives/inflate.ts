import type { FileHandle } from 'node:fs/promises';
import { Readable, type Transform } from 'node:stream';
import { errnoOf } from '../errors.ts';

const chunkBytes = 128 * 1024;

/** Bytes `start` to `end` (exclusive) of a file, fewer where it ends. Not a stream of the handle: that would close it. */
export async function* fileChunks(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let position = start; position < end;) {
    const wanted = Buffer.allocUnsafe(Math.min(chunkBytes, end - position));
    const { bytesRead } = await file.read(wanted, 0, wanted.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield wanted.subarray(0, bytesRead);
  }
}

/** What comes out of a zlib stream. Both ends are closed when the reader stops, for whatever reason. */
export async function* inflated(chunks: AsyncIterable<Buffer>, inflate: Transform): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks);
  source.on('error', (error) => inflate.destroy(error));
  source.pipe(inflate);
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
  } finally {
    source.destroy();
    inflate.destroy();
  }
}

/** True for what zlib says about bytes that are no compressed stream, or not all of one. */
export const isZlibError = (error: unknown): boolean => errnoOf(error)?.startsWith('Z_') === true;
