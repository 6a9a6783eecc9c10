import { ByteFeed } from './byteFeed.ts';
import type { Unpacking } from './unpacking.ts';
import { gunzipped } from './gzip.ts';
import { isZlibError } from './inflate.ts';
import { type TarEntry, tarEntries } from './tarEntries.ts';

/** Larger files are written piece by piece. */
const wholeBytes = 256 * 1024;

/** Only the owner may say how a file that is none is to be treated: these are refused, not left out silently. */
const noFiles: Readonly<Record<string, string>> = {
  CharacterDevice: 'is a device',
  BlockDevice: 'is a device',
  FIFO: 'is a pipe',
};

export async function unpackTar(unpacking: Unpacking): Promise<void> {
  const { pace, problems } = unpacking;
  let isComplete = false;
  const chunks = gunzipped(unpacking, (rest) => {
    // Behind a tar without an end mark it may well be the rest of the archive. Zeros are what fills a tape.
    if (!isComplete && rest[0] !== 0) throw problems.damaged('something else begins amid it');
  });
  const feed = new ByteFeed(counted(unpacking, chunks), problems);
  try {
    for await (const entry of tarEntries(feed, problems)) {
      await pace.entry();
      await unpackEntry(unpacking, feed, entry);
    }
    isComplete = true;
    await feed.finish();
  } finally {
    await chunks.return(undefined);
  }
}

async function* counted({ budget, pace, problems }: Unpacking, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of chunks) {
      budget.countBytes(chunk.length);
      await pace.breathe();
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? problems.damagedBy(error) : error;
  }
}

/** Takes exactly the entry's bytes from the feed. */
async function unpackEntry({ tree, problems }: Unpacking, feed: ByteFeed, entry: TarEntry): Promise<void> {
  const { type, path, linkpath, mode, size } = entry;
  switch (type) {
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      if (size > wholeBytes) return await tree.largeFile(path, mode, feed.pieces(size));
      return await tree.file(path, mode, await feed.take(size));
    case 'Directory':
      return await tree.folder(path, mode);
    case 'SymbolicLink':
      return await tree.symlink(path, linkpath);
    case 'Link':
      return await tree.hardLink(path, linkpath);
    default: {
      const why = noFiles[type];
      if (why !== undefined) throw problems.unsafe(path, why);
      throw problems.unsupported(path, `is of a special kind (${type})`, 'Pack it again with ordinary files only.');
    }
  }
}
