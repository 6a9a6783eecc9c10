import { constants, crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import { type Problems, shown } from './problems.ts';
import type { Unpacking } from './unpacking.ts';
import { fileChunks, inflated, isZlibError } from './inflate.ts';
import { zipEntry } from './zipEntry.ts';
import { ZipWindow } from './zipWindow.ts';

/** Up to here an entry is inflated at once, which takes a millisecond or so; a stream for each would cost more. */
const wholeBytes = 128 * 1024;
/** Room for the compressed form of what does not compress. */
const slackBytes = 1024;
const localHeaderBytes = 30;
const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const maxTargetBytes = 4096;

interface ZipUnpacking extends Unpacking {
  readonly window: ZipWindow;
}

export async function unpackZip(unpacking: Unpacking): Promise<void> {
  const { file, budget, pace, problems } = unpacking;
  const { size } = await file.stat();
  // A window of its own: the table of contents lies at the end, the contents from the beginning.
  const tableWindow = new ZipWindow(file);
  const options = { autoClose: false, decodeStrings: false, validateEntrySizes: true };
  let zip: ZipFile;
  try {
    zip = await fromRandomAccessReaderPromise(tableWindow, size, options);
  } catch (error) {
    throw problems.damagedBy(error);
  }
  budget.requireEntries(zip.entryCount);
  pace.expect(zip.entryCount);
  const context: ZipUnpacking = { ...unpacking, window: new ZipWindow(file) };
  const entries = zip.eachEntry();
  for (;;) {
    if (await countOn(zip, tableWindow)) pace.expect(zip.entryCount);
    const next = await entries.next().catch((error: unknown) => {
      throw problems.damagedBy(error);
    });
    if (next.done === true) return;
    await pace.entry();
    await unpackEntry(context, next.value);
  }
}

/** Packers that know no Zip64 write the number of entries modulo 65,536: where the table goes on, so do we. Resolves with whether it does. */
async function countOn(zip: ZipFile, window: ZipWindow): Promise<boolean> {
  if (zip.entriesRead !== zip.entryCount) return false;
  // A number of yauzl's types is wrong: the cursor is one.
  const signature = await window.bytes(Number(zip.readEntryCursor), 4);
  if (signature.length < 4 || signature.readUInt32LE() !== centralSignature) return false;
  zip.entryCount++;
  return true;
}

async function unpackEntry(context: ZipUnpacking, entry: Entry): Promise<void> {
  const { tree, problems } = context;
  const { name, kind, mode } = zipEntry(entry, problems);
  if (kind === 'folder') return await tree.folder(name, mode);
  if (kind === 'link') {
    if (entry.uncompressedSize > maxTargetBytes)
      throw problems.unsafe(name, 'is a link to nothing that could be a path');
    return await tree.symlink(name, (await wholeContent(context, entry, name)).toString('utf8'));
  }
  if (entry.uncompressedSize <= wholeBytes && entry.compressedSize <= wholeBytes + slackBytes) {
    return await tree.file(name, mode, await wholeContent(context, entry, name));
  }
  await tree.largeFile(name, mode, content(context, entry, name));
}

/** Offset of an entry's content: its local header has a name and extra fields of its own lengths. */
async function contentStart({ window, problems }: ZipUnpacking, entry: Entry, ahead: number): Promise<number> {
  const offset = entry.relativeOffsetOfLocalHeader;
  await window.bytes(offset, localHeaderBytes + entry.fileNameLength + ahead);
  const header = await window.bytes(offset, localHeaderBytes);
  if (header.length < localHeaderBytes || header.readUInt32LE() !== localSignature) {
    throw problems.damaged('its table of contents points to something else');
  }
  return offset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function wholeContent(context: ZipUnpacking, entry: Entry, name: string): Promise<Buffer> {
  const { window, budget, problems } = context;
  const start = await contentStart(context, entry, entry.compressedSize);
  const packed = await window.bytes(start, entry.compressedSize);
  if (packed.length < entry.compressedSize) throw problems.damaged('it ends too early');
  const bytes = entry.compressionMethod === 0 ? packed : inflateWhole(context, packed, entry, name);
  budget.countBytes(bytes.length);
  requireIntact(context, entry, name, bytes.length, crc32(bytes));
  return bytes;
}

function inflateWhole({ problems }: ZipUnpacking, packed: Buffer, entry: Entry, name: string): Buffer {
  try {
    return inflateRawSync(packed, {
      maxOutputLength: Math.max(1, entry.uncompressedSize),
      // One piece for small entries, and not 16 KB for each of many.
      chunkSize: Math.max(constants.Z_MIN_CHUNK, entry.uncompressedSize),
    });
  } catch (error) {
    // More than `maxOutputLength`.
    if (!isZlibError(error)) throw wrongLength(problems, name);
    throw problems.damagedBy(error);
  }
}

async function* content(context: ZipUnpacking, entry: Entry, name: string): AsyncGenerator<Buffer> {
  const { file, budget, pace, problems } = context;
  const start = await contentStart(context, entry, 0);
  const end = start + entry.compressedSize;
  if (end > (await file.stat()).size) throw problems.damaged('it ends too early');
  const source = fileChunks(file, start, end);
  const chunks = entry.compressionMethod === 0 ? source : inflated(source, createInflateRaw({ chunkSize: wholeBytes }));
  let bytes = 0;
  let crc = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      crc = crc32(chunk, crc);
      if (bytes > entry.uncompressedSize) break;
      budget.countBytes(chunk.length);
      await pace.breathe();
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? problems.damagedBy(error) : error;
  }
  requireIntact(context, entry, name, bytes, crc);
}

function requireIntact({ problems }: ZipUnpacking, entry: Entry, name: string, bytes: number, crc: number): void {
  if (bytes !== entry.uncompressedSize) throw wrongLength(problems, name);
  if (crc !== entry.crc32) throw problems.damaged(`the checksum of ${shown(name)} is wrong`);
}

const wrongLength = (problems: Problems, name: string): Error =>
  problems.damaged(`${shown(name)} is not as long as its header says`);
