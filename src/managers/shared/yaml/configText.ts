import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { errnoOf, messageOf } from '../errors.ts';

/** Bytes. A file that is larger is refused unread. */
export const maxConfigBytes = 1_000_000;

export type ConfigText =
  | { readonly status: 'text'; readonly text: string }
  | { readonly status: 'missing' }
  /** `message` continues “The file …”. */
  | { readonly status: 'unreadable'; readonly message: string };

/** Reads a file that somebody else wrote: bounded, and never waiting for a pipe. Does not throw. */
export async function readConfigText(path: string): Promise<ConfigText> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return failed(error);
  }
  try {
    if (!(await file.stat()).isFile()) return { status: 'unreadable', message: 'is no regular file. Name a file.' };
    return decoded(await upTo(file, maxConfigBytes + 1));
  } catch (error) {
    return failed(error);
  } finally {
    await file.close().catch(() => undefined);
  }
}

/**
 * Reads a workspace's own file, bounded. A link is followed within the file's folder only: what is wrong is quoted to whoever
 * asks, and must not quote other files. Does not throw.
 */
export async function readConfigTextInside(file: string): Promise<ConfigText> {
  let real: string;
  let folder: string;
  try {
    folder = await realpath(dirname(file));
    real = await realpath(file);
  } catch {
    // Missing, or a broken link: reading it says which.
    return await readConfigText(file);
  }
  const inside = relative(folder, real);
  if (inside === '..' || inside.startsWith(`..${sep}`) || join(folder, inside) !== real) {
    return { status: 'unreadable', message: 'is a link that leads out of its folder. Copy it into the folder.' };
  }
  return await readConfigText(real);
}

/** It may grow while it is read: what counts is what was read, not the size it once had. */
async function upTo(file: FileHandle, limit: number): Promise<Buffer> {
  const { size } = await file.stat();
  let buffer = Buffer.alloc(Math.min(limit, size + 1));
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length === limit) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(limit, 2 * length));
  }
}

function decoded(bytes: Buffer): ConfigText {
  if (bytes.length > maxConfigBytes) {
    return { status: 'unreadable', message: 'is larger than 1 MB. Make it smaller.' };
  }
  try {
    return { status: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { status: 'unreadable', message: 'is not UTF-8. Save it in this encoding.' };
  }
}

function failed(error: unknown): ConfigText {
  switch (errnoOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { status: 'missing' };
    case 'EACCES':
    case 'EPERM':
      return { status: 'unreadable', message: 'may not be read. Change its permissions.' };
    case 'ELOOP':
      return { status: 'unreadable', message: 'is a link that leads back to itself. Make it a file.' };
    case undefined:
    default:
      return { status: 'unreadable', message: `cannot be read: ${messageOf(error)}.` };
  }
}
