import { Header, Pax } from 'tar';
import type { ByteFeed } from './byteFeed.ts';
import type { Problems } from './problems.ts';

export interface TarEntry {
  /** As the tar library names the type flags. */
  readonly type: string;
  readonly path: string;
  readonly linkpath: string;
  readonly mode: number | undefined;
  /** Bytes of content; whoever gets the entry must take exactly these from the feed. */
  readonly size: number;
}

const blockBytes = 512;
const maxMetaBytes = 1024 * 1024;
/** Types that never have content, whatever their header claims. */
const bodiless = new Set(['Link', 'SymbolicLink', 'CharacterDevice', 'BlockDevice', 'FIFO', 'Directory']);

/**
 * The entries of a tar stream with its extensions applied: pax headers and the long names of GNU tar. Header blocks and
 * pax records are read by the tar library; its own stream parser is not used, because it decodes those records in pieces
 * as they arrive, which breaks long names that are not ASCII, and because reading on demand needs no queue.
 */
export async function* tarEntries(feed: ByteFeed, problems: Problems): AsyncGenerator<TarEntry, void, undefined> {
  let global: Pax | undefined;
  let local: Pax | undefined;
  for (;;) {
    const header = await readHeader(feed, problems, local, global);
    if (header === undefined) return;
    const size = header.size ?? 0;
    if (!Number.isSafeInteger(size)) throw problems.damaged('an entry has an impossible size');
    const { type } = header;
    if (type === 'ExtendedHeader' || type === 'OldExtendedHeader') {
      local = Pax.parse(await paxText(feed, size, header, problems), local, false);
    } else if (type === 'GlobalExtendedHeader') {
      global = Pax.parse(await paxText(feed, size, header, problems), global, true);
    } else if (type === 'NextFileHasLongPath' || type === 'OldGnuLongPath') {
      local = withField(local, { path: await metaText(feed, size, problems) });
    } else if (type === 'NextFileHasLongLinkpath') {
      local = withField(local, { linkpath: await metaText(feed, size, problems) });
    } else {
      const bytes = bodiless.has(type) ? 0 : size;
      yield {
        type,
        path: local?.path ?? header.path ?? '',
        linkpath: local?.linkpath ?? header.linkpath ?? '',
        mode: header.mode,
        size: bytes,
      };
      await skip(feed, padding(bytes));
      local = undefined;
    }
  }
}

/** Nothing at the end: two blocks of zeros, or none at all as some packers write. */
async function readHeader(
  feed: ByteFeed,
  problems: Problems,
  local: Pax | undefined,
  global: Pax | undefined,
): Promise<Header | undefined> {
  const first = await feed.some(blockBytes);
  if (first.length === 0) return undefined;
  const block =
    first.length === blockBytes ? first : Buffer.concat([first, await feed.take(blockBytes - first.length)]);
  let header: Header;
  try {
    header = new Header(block, 0, local, global);
  } catch (error) {
    throw problems.damagedBy(error);
  }
  if (header.nullBlock) return undefined;
  if (!header.cksumValid) throw problems.damaged('a header in it has a wrong checksum, or it holds no tar archive');
  return header;
}

const withField = (pax: Pax | undefined, field: { readonly path: string } | { readonly linkpath: string }): Pax =>
  new Pax(Object.assign({}, pax, field));

async function paxText(feed: ByteFeed, size: number, { path }: Header, problems: Problems): Promise<string> {
  const text = await metaText(feed, size, problems);
  if (/^\d+ GNU\.sparse\./m.test(text)) {
    throw problems.unsupported(path ?? '', 'is a sparse file', 'Pack it again without the option --sparse.');
  }
  return text;
}

async function metaText(feed: ByteFeed, size: number, problems: Problems): Promise<string> {
  if (size > maxMetaBytes) throw problems.damaged('an extended header is endless');
  const text = (await feed.take(size)).toString('utf8');
  await skip(feed, padding(size));
  return text.replace(/\0+$/, '');
}

const padding = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;

async function skip(feed: ByteFeed, count: number): Promise<void> {
  for await (const _ of feed.pieces(count));
}
