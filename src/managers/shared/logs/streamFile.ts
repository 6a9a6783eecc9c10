import { open, rename, rm, stat, truncate, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { errnoOf } from '../errors.ts';

const COMPARE_BYTES = 4096;
const COPY_BYTES = 1024 * 1024;

/** A part of a run's output that was copied aside before the file was truncated. */
interface KeptPart {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/**
 * One file that a child writes, addressed by offsets from the beginning of the run. Those never change, though the file's
 * head may be a hole (dropped) and the file may have been truncated (`base` is then the offset of its first byte).
 */
export class StreamFile {
  readonly path: string;
  #base: number;
  #kept: KeptPart | undefined;

  constructor(path: string, base: number) {
    this.path = path;
    this.#base = base;
  }

  get base(): number {
    return this.#base;
  }

  /** Offset of the end of what is written; undefined when there is no file. */
  async end(): Promise<number | undefined> {
    try {
      return this.#base + (await stat(this.path)).size;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The bytes from … to-1; shorter when the files do not hold them all. They are put into `bytes` if there is room. */
  async read(from: number, to: number, bytes?: Buffer): Promise<Buffer> {
    const target = bytes && bytes.length >= to - from ? bytes : Buffer.allocUnsafe(to - from);
    let done = 0;
    const kept = this.#kept;
    const parts = kept ? [kept] : [];
    for (const part of [...parts, { path: this.path, from: this.#base, to: Number.POSITIVE_INFINITY }]) {
      const at = from + done;
      if (at >= to || at < part.from || at >= part.to) continue;
      const end = Math.min(to, part.to) - from;
      done += await readInto(part.path, target.subarray(done, end), at - part.from);
    }
    return target.subarray(0, done);
  }

  /** Offset before which nothing is kept, holes aside. */
  get start(): number {
    return this.#kept?.from ?? this.#base;
  }

  /** The file was truncated by somebody: what it holds now begins at `offset`, and there is nothing before. */
  async rebase(offset: number): Promise<void> {
    const kept = this.#kept;
    this.#base = offset;
    this.#kept = undefined;
    if (kept !== undefined) await rm(kept.path, { force: true });
  }

  /** The number of bytes of the file itself that lie before `offset`. */
  headBytes(offset: number): number {
    return Math.max(0, offset - this.#base);
  }

  /**
   * Drops what lies before `cut` where no holes can be punched: copies the rest aside and truncates the file, which the
   * child goes on appending to. What the child writes between the last look and the truncation (microseconds) is lost;
   * nobody can know whether there was anything.
   */
  async copyTruncate(cut: number): Promise<void> {
    const old = this.#kept;
    const aside = `${this.path}.kept.tmp`;
    const handle = await open(aside, 'w', 0o600);
    let end = cut;
    try {
      for (let now = await this.end(); now !== undefined && now > end; now = await this.end()) {
        const bytes = await this.read(end, Math.min(now, end + COPY_BYTES));
        if (bytes.length === 0) break;
        await handle.appendFile(bytes);
        end += bytes.length;
        if (end === now) await handle.sync();
      }
    } finally {
      await handle.close();
    }
    const path = `${this.path}.kept-${cut}-${end}`;
    await rename(aside, path);
    await truncate(this.path, 0);
    this.#kept = { path, from: cut, to: end };
    this.#base = end;
    if (old !== undefined && old.path !== path) await rm(old.path, { force: true });
  }

  /**
   * Finds, among the names in the folder, what a truncation has put aside, and settles one that a kill interrupted:
   * the truncation has happened when the file no longer ends its head as the copy does.
   */
  async adoptKept(names: readonly string[]): Promise<void> {
    const prefix = `${basename(this.path)}.kept-`;
    const parts = names.flatMap((name): KeptPart[] => {
      const match = name.startsWith(prefix) ? /-(\d+)-(\d+)$/.exec(name) : null;
      return match ? [{ path: join(dirname(this.path), name), from: Number(match[1]), to: Number(match[2]) }] : [];
    });
    for (const part of parts.toSorted((a, b) => b.to - a.to)) {
      if (part.to < this.#base || (part.to > this.#base && !(await this.#wasTruncated(part)))) {
        await rm(part.path, { force: true });
        continue;
      }
      this.#kept = part;
      this.#base = part.to;
    }
  }

  /** Every file of this stream. */
  get paths(): readonly string[] {
    return this.#kept ? [this.path, this.#kept.path] : [this.path];
  }

  async #wasTruncated({ path, from, to }: KeptPart): Promise<boolean> {
    const length = Math.min(COMPARE_BYTES, to - from, to - this.#base);
    const kept = Buffer.alloc(length);
    const live = Buffer.alloc(length);
    await readInto(path, kept, to - from - length);
    const found = await readInto(this.path, live, to - length - this.#base);
    return found < length || !kept.equals(live);
  }
}

/** Fills `target` from a position in a file; returns how many bytes there were, 0 when there is no such file. */
async function readInto(path: string, target: Buffer, position: number): Promise<number> {
  if (position < 0) return 0;
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
  try {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  } finally {
    await handle.close();
  }
}
