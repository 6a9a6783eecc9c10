import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** One entry exactly as given: no packer would write some of these. */
export interface RawEntry {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  /** `st_mode`: type and permissions. */
  readonly mode?: number;
  /** zip: who made it; 3 is Unix, 0 is DOS. */
  readonly host?: number;
  /** zip: general purpose bits; default 0x800, the name is UTF-8. */
  readonly flags?: number;
  /** zip: 0 stored, 8 deflated (default). */
  readonly method?: number;
  /** zip: what the headers claim instead of the truth. */
  readonly claims?: { readonly crc?: number; readonly size?: number };
  /** tar: type flag, default `0`. */
  readonly type?: string;
  readonly linkpath?: string;
}

const bytesOf = (text: string | Buffer | undefined): Buffer =>
  typeof text === 'string' ? Buffer.from(text) : (text ?? Buffer.alloc(0));

/** APPNOTE 4.3. `count` is what the end record claims. */
export function rawZip(entries: readonly RawEntry[], { count = entries.length % 65_536 } = {}): Buffer {
  const bodies: Buffer[] = [];
  const table: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { host = 3, flags = 0x800, method = 8, claims, mode = 0o100_644 } = entry;
    const name = bytesOf(entry.name);
    const content = bytesOf(entry.content);
    const packed = method === 8 ? deflateRawSync(content) : content;
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt32LE(claims?.crc ?? crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(claims?.size ?? content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    bodies.push(Buffer.from('PK\x03\x04'), shared, name, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    table.push(Buffer.from(`PK\x01\x02${String.fromCodePoint(20, host)}`), shared, rest, name);
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(table);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, directory, Buffer.from('PK\x05\x06'), end]);
}

const blockBytes = 512;
const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes)]);

/** ustar, with a GNU long name before an entry whose name does not fit. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const name = bytesOf(entry.name);
    if (name.length <= 100) return tarEntry(entry, name);
    const longName: RawEntry = { name: '././@LongLink', type: 'L', content: Buffer.concat([name, Buffer.alloc(1)]) };
    return [...tarEntry(longName, bytesOf(longName.name)), ...tarEntry(entry, name.subarray(0, 100))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function tarEntry({ content, mode = 0o644, type = '0', linkpath = '' }: RawEntry, name: Buffer): Buffer[] {
  const header = Buffer.alloc(blockBytes);
  const bytes = bytesOf(content);
  const octal = (value: number, at: number, length: number): number =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  name.copy(header);
  octal(mode & 0o7777, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes.length, 124, 12);
  octal(0, 136, 12);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(linkpath, 157, 100);
  header.write('ustar\u000000', 257);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return [header, padded(bytes)];
}

export const rawTarGz = (entries: readonly RawEntry[]): Buffer => gzipSync(rawTar(entries));
