import type { Entry } from 'yauzl';
import { getFileNameLowLevel } from 'yauzl';
import type { Problems } from './problems.ts';

export interface ZipEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Unix permissions, where the packer knew them. */
  readonly mode: number | undefined;
}

/** Upper byte of “version made by” (APPNOTE 4.4.2.2): who wrote the external attributes. */
const hosts = { dos: 0, unix: 3, darwin: 19 } as const;
/** Bits of `st_mode`, which Unix packers keep in the upper half of the external attributes. */
const typeMask = 0o170_000;
const types = { folder: 0o040_000, link: 0o120_000, file: 0o100_000 } as const;
const encryptedBits = 0x1 | 0x40;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What an entry of a zip stands for. Throws for what cannot or must not be unpacked. */
export function zipEntry(entry: Entry, problems: Problems): ZipEntry {
  const host = entry.versionMadeBy >>> 8;
  const isUnix = host === hosts.unix || host === hosts.darwin;
  const name = nameOf(entry, host, isUnix);
  if ((entry.generalPurposeBitFlag & encryptedBits) !== 0) {
    throw problems.unsupported(name, 'is encrypted with a password', 'Pack it again without a password.');
  }
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    const method = String(entry.compressionMethod);
    throw problems.unsupported(name, `is compressed by method ${method}`, 'Pack it again with the method Deflate.');
  }
  const attributes = isUnix ? entry.externalFileAttributes >>> 16 : 0;
  const mode = attributes === 0 ? undefined : attributes;
  if (name.endsWith('/')) return { name, kind: 'folder', mode };
  switch (attributes & typeMask) {
    case 0:
    case types.file:
      return { name, kind: 'file', mode };
    case types.folder:
      return { name, kind: 'folder', mode };
    case types.link:
      return { name, kind: 'link', mode };
    default:
      throw problems.unsafe(name, 'is a device, a pipe or a socket');
  }
}

function nameOf(entry: Entry, host: number, isUnix: boolean): string {
  const raw = entry.fileNameRaw;
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, true);
  const saysUtf8 = (entry.generalPurposeBitFlag & 0x800) !== 0;
  // The Archive Utility of macOS and older packers of Unix write UTF-8 and do not say so.
  if (!saysUtf8 && isUnix) return decodedUtf8(raw) ?? name;
  // .NET before 4.6.1 wrote backslashes for separators.
  return host === hosts.dos && !name.includes('/') ? name.replaceAll('\\', '/') : name;
}

function decodedUtf8(raw: Buffer): string | undefined {
  try {
    return utf8.decode(raw);
  } catch {
    return undefined;
  }
}
