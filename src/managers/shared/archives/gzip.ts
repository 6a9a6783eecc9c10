import type { FileHandle } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { fileChunks, inflated } from './inflate.ts';
import type { Problems } from './problems.ts';
import type { Unpacking } from './unpacking.ts';

const chunkBytes = 128 * 1024;
/** RFC 1952, 2.3: fixed part of a member's header, its optional parts, and what follows the compressed bytes. */
const fixedBytes = 10;
const flags = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
const trailerBytes = 8;
/** Nearly all headers; name and comment have no limit of their own. */
const headerBytes = 512;
const maxHeaderBytes = 256 * 1024;

/**
 * What a gzip file holds: its members, one after the other, checked against their checksums and lengths. What follows the
 * last one and is none is left unread, as by gzip(1), when `onRest`, which gets its first bytes, lets it pass. zlib's own
 * gunzip fails there, and may drop what it has inflated already.
 */
export async function* gunzipped(
  { file, pace, problems }: Unpacking,
  onRest: (rest: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; ;) {
    await pace.breathe();
    const start = await bytesAt(file, position, 3);
    if (position > 0 && (start.length < 3 || start.readUIntBE(0, 3) !== 0x1f8b08)) {
      if (start.length > 0) onRest(start);
      return;
    }
    const compressedAt = position + (await headerLength(file, position, problems));
    const inflate = createInflateRaw({ chunkSize: chunkBytes });
    let crc = 0;
    let length = 0;
    for await (const chunk of inflated(fileChunks(file, compressedAt, Number.POSITIVE_INFINITY), inflate)) {
      crc = crc32(chunk, crc);
      length += chunk.length;
      yield chunk;
    }
    // How much it took, not how much it was given.
    const trailerAt = compressedAt + inflate.bytesWritten;
    const trailer = await bytesAt(file, trailerAt, trailerBytes);
    if (trailer.length < trailerBytes) throw problems.damaged('it ends too early');
    if (trailer.readUInt32LE(0) !== crc) throw problems.damaged('its checksum is wrong');
    if (trailer.readUInt32LE(4) !== length % 2 ** 32) throw problems.damaged('it is not as long as it says');
    position = trailerAt + trailerBytes;
  }
}

async function headerLength(file: FileHandle, position: number, problems: Problems): Promise<number> {
  for (const count of [headerBytes, maxHeaderBytes]) {
    const header = await bytesAt(file, position, count);
    if (((header[3] ?? 0) & flags.reserved) !== 0)
      throw problems.damaged('its header has flags that gzip does not know');
    const length = headerLengthIn(header);
    if (length !== undefined) return length;
  }
  throw problems.damaged('the header of its gzip stream has no end');
}

/** Undefined when the header does not end in these bytes. */
function headerLengthIn(header: Buffer): number | undefined {
  const given = header[3] ?? 0;
  let at = fixedBytes;
  if ((given & flags.extra) !== 0) at += 2 + (header.length >= at + 2 ? header.readUInt16LE(at) : 0);
  for (const flag of [flags.name, flags.comment]) {
    if ((given & flag) === 0) continue;
    const end = header.indexOf(0, at);
    if (end === -1) return undefined;
    at = end + 1;
  }
  if ((given & flags.headerCrc) !== 0) at += 2;
  return at > header.length ? undefined : at;
}

/** So many bytes, fewer only where the file ends. */
async function bytesAt(file: FileHandle, start: number, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of fileChunks(file, start, start + count)) pieces.push(piece);
  return Buffer.concat(pieces);
}
