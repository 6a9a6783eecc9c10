import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Yard } from './yard.ts';

/** A file system of 24 MB under a yard's data directory, which a test may fill. */
export class SmallDisk {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Before the daemon is first started. Undefined where only root could. */
  static async mount({ dataDir }: Yard): Promise<SmallDisk | undefined> {
    const settings = await readFile(join(dataDir, 'settings.json'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=700', 'tmpfs', dataDir], { stdio: 'pipe' });
    } catch {
      return undefined;
    }
    await writeFile(join(dataDir, 'settings.json'), settings);
    return new SmallDisk(dataDir);
  }

  /** Leaves not a byte. */
  async fill(): Promise<void> {
    const chunk = Buffer.alloc(64 * 1024);
    for (const size of [chunk.length, 512]) {
      try {
        for (;;) await writeFile(this.#filler, chunk.subarray(0, size), { flag: 'a' });
      } catch {
        // Full, to this size.
      }
    }
  }

  async drain(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  /** After the daemon ended, and before the yard takes its folder away. */
  unmount(): void {
    execFileSync('umount', [this.#path]);
  }

  get #filler(): string {
    return join(this.#path, 'filler');
  }
}
