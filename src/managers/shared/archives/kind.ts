import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { errnoOf } from '../errors.ts';
import { diskError } from '../files.ts';

export type ArchiveKind = 'zip' | 'tar.gz';

/** `PK\3\4`, or `PK\5\6` of an empty one (APPNOTE 4.3.7, 4.3.16); gzip's id and its only method (RFC 1952). */
const magics: readonly (readonly [ArchiveKind, readonly number[]])[] = [
  ['zip', [0x50, 0x4b, 3, 4]],
  ['zip', [0x50, 0x4b, 5, 6]],
  ['tar.gz', [0x1f, 0x8b, 8]],
];

/**
 * What a file really is, whatever its name says; undefined for any other file, a folder, a pipe, a device or a socket.
 * Never waits for somebody to write. Throws `unavailable` when it is missing or may not be read.
 */
export async function archiveKind(path: string): Promise<ArchiveKind | undefined> {
  const file = await openArchive(path);
  try {
    return file === undefined ? undefined : await kindOf(file);
  } finally {
    await file?.close();
  }
}

/** Undefined for a socket. A pipe without a writer is opened at once, instead of being waited for. */
export async function openArchive(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (errnoOf(error) === 'ENXIO') return undefined;
    throw diskError(error, path);
  }
}

/** By its first bytes; undefined for what is no ordinary file, too. */
export async function kindOf(file: FileHandle): Promise<ArchiveKind | undefined> {
  if (!(await file.stat()).isFile()) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  const head = buffer.subarray(0, bytesRead);
  return magics.find(([, magic]) => magic.every((byte, index) => head[index] === byte))?.[0];
}
