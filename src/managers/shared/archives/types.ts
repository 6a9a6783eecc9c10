import type { ArchiveKind } from './kind.ts';

/** What an archive may hold at most. All are counted on what is really unpacked, not on what its headers claim. */
export interface ArchiveLimits {
  /** Files, folders and links, the folders that are only implied by names included. */
  readonly entries: number;
  /** Unpacked bytes. */
  readonly bytes: number;
  /** Unpacked bytes for each byte of the archive's file; counts once more than `ratioFrom` bytes are unpacked. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

/**
 * Sources shrink by 3 to 10, the most repetitive logs and tables by about 100; deflate can reach 1032. A bomb needs a
 * high ratio to be worth while, so 200 tells them apart. Little archives may hold anything: 64 MiB of zeros hurt nobody.
 */
export const defaultLimits: ArchiveLimits = {
  entries: 200_000,
  bytes: 20 * 2 ** 30,
  ratio: 200,
  ratioFrom: 64 * 2 ** 20,
};

export interface ArchiveProgress {
  /** Entries of the archive that were unpacked, or are just being. */
  readonly entries: number;
  /** Never less than `entries`. Known for zip only: a tar is a stream without a table of contents. */
  readonly total?: number;
}

export interface ExtractOptions {
  /** What a person calls the archive; else the file's own name. For messages. */
  readonly name?: string;
  /** How the caller's input names the archive, for errors. Default `archive`. */
  readonly field?: string;
  readonly limits?: Partial<ArchiveLimits>;
  /** Which kinds are accepted, by what the file is and not by its name. Default: all. */
  readonly kinds?: readonly ArchiveKind[];
  readonly signal?: AbortSignal;
  /** Called at most four times a second, and once at the end. */
  readonly onProgress?: (progress: ArchiveProgress) => void;
}
