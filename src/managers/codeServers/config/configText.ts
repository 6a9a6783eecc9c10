import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { errnoOf, messageOf } from '../../shared/errors.ts';
import { maxConfigBytes } from './parse.ts';

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
