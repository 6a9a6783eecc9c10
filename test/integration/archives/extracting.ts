import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { extractArchive } from '../../../src/managers/shared/archives/extract.ts';
import type { ExtractOptions } from '../../../src/managers/shared/archives/types.ts';
import { fillFolder } from '../../../src/managers/shared/asideFolder.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';

/** A folder with an archive in it and a place to unpack it to, the way the product does. */
export class Workshop implements AsyncDisposable {
  readonly #temporary: Temporary;
  readonly archive: string;
  /** Holds nothing but the target, and what should not be left beside it. */
  readonly parent: string;
  readonly target: string;

  private constructor(temporary: Temporary) {
    this.#temporary = temporary;
    this.archive = join(temporary.path, 'archive.bin');
    this.parent = join(temporary.path, 'projects');
    this.target = join(this.parent, 'target');
  }

  static async open(): Promise<Workshop> {
    const workshop = new Workshop(await temporaryFolder());
    await mkdir(workshop.parent);
    return workshop;
  }

  async unpack(archive: Buffer, options?: ExtractOptions): Promise<void> {
    await writeFile(this.archive, archive);
    await this.unpackAgain(options);
  }

  unpackAgain(options: ExtractOptions = {}): Promise<void> {
    return fillFolder(this.target, (aside) => extractArchive(this.archive, aside, { name: 'work.zip', ...options }));
  }

  /** Everything beside the archive: path → content, `-> target` of a link, or `/` of a folder. */
  async contents(): Promise<Readonly<Record<string, string>>> {
    const entries = await readdir(this.parent, { recursive: true, withFileTypes: true });
    const rows = await Promise.all(
      entries.map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const text = entry.isSymbolicLink()
          ? `-> ${await readlink(path)}`
          : entry.isDirectory()
            ? '/'
            : await readFile(path, 'utf8');
        return [relative(this.parent, path), text] as const;
      }),
    );
    return Object.fromEntries(rows);
  }

  /** Names in the folder that holds everything: what came out of `parent` would be here. */
  outside(): Promise<string[]> {
    return readdir(this.#temporary.path);
  }

  async mode(path: string): Promise<number> {
    return (await lstat(join(this.target, path))).mode & 0o7777;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#temporary[Symbol.asyncDispose]();
  }
}
