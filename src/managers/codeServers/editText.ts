import { constants } from 'node:fs';
import { access, open, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DevyardError, errnoOf } from '../shared/errors.ts';
import { diskError, makeFolders, writeFileAtomic } from '../shared/files.ts';

const maxLinks = 40;
const attempts = 5;
/** Settings have some kilobytes; what is larger than this is something else. */
const maxMegabytes = 5;

/**
 * Where a path leads when it is a link, also to a file that is not there yet. Throws `conflict` for a link into a folder
 * that is not there: it was mistyped, or what it leads to is not mounted, and what is made there would be in its way.
 */
export async function behindLinks(path: string): Promise<string> {
  let place = path;
  for (let links = 0; links < maxLinks; links++) {
    let target: string;
    try {
      target = await readlink(place);
    } catch {
      if (links > 0) await requireParent(path, place);
      return place;
    }
    place = resolve(dirname(place), target);
  }
  throw new DevyardError('conflict', `${path} is a link that leads in a circle.`, { hint: 'Remove the link.' });
}

/**
 * Changes a text file as a whole, makes it (and its folder) where there is none, and writes nothing when `change` returns
 * what it was given. Bytes that are no UTF-8 throw `conflict`. Should somebody else write the file in the meantime,
 * it begins again with what they wrote. Resolves whether anything was written.
 */
export async function editText(file: string, change: (text: string) => string): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = await read(file);
    const text = before?.text ?? '';
    const next = change(text);
    if (next === text) return false;
    if (before === undefined) await makeFolders(dirname(file));
    else await requireWritable(file);
    if ((await read(file))?.text !== before?.text) continue;
    await writeFileAtomic(file, next, before?.mode);
    return true;
  }
  throw new DevyardError('conflict', `${file} is being written by somebody else all the time.`, {
    hint: 'Close what writes it and try again; nothing was changed.',
  });
}

interface Read {
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

async function read(file: string): Promise<Read | undefined> {
  try {
    // A pipe without a writer would be waited for, for ever.
    await using handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await handle.stat();
    if (!stats.isFile()) throw noText(file);
    if (stats.size > maxMegabytes * 1_000_000) {
      throw new DevyardError('conflict', `${file} is larger than ${String(maxMegabytes)} MB.`, {
        hint: 'Make it smaller and try again; it was left as it is.',
      });
    }
    const bytes = await handle.readFile();
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), mode: stats.mode & 0o777 };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    if (errnoOf(error) === 'ENXIO') throw noText(file, error);
    if (error instanceof TypeError) {
      throw new DevyardError('conflict', `${file} is not a UTF-8 text.`, {
        hint: 'Save the file as UTF-8; it was left as it is.',
        cause: error,
      });
    }
    throw diskError(error, file);
  }
}

function noText(file: string, cause?: unknown): DevyardError {
  return new DevyardError('conflict', `${file} is no regular file.`, {
    hint: 'Move it away and try again; it was left as it is.',
    cause,
  });
}

async function requireParent(link: string, target: string): Promise<void> {
  try {
    await stat(dirname(target));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, target);
    throw new DevyardError('conflict', `${link} is a link to ${target}, and the folder of that does not exist.`, {
      hint: 'Make the folder, or remove the link.',
      cause: error,
    });
  }
}

/** A file is replaced by renaming, which would not mind that somebody protected it. */
async function requireWritable(file: string): Promise<void> {
  try {
    await access(file, constants.W_OK);
  } catch (error) {
    throw diskError(error, file);
  }
}
