import { mkdirSync, writeFile, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Pool } from './pool.ts';

/** A call that took longer waited for a disk or a network, not for the processor. */
const slowMs = 3;
/** So many calls go to the thread pool after a slow one, before the next is tried here. */
const detour = 500;

// Of the callback kind: it opens, writes and closes without a promise and a handle object for each.
const writeWhole = promisify(writeFile);

/**
 * Makes small files and folders, each in one piece. On a quick file system (nearly all: it is only the page cache that is
 * written to) a call here takes some 10 µs, and sending it to the thread pool costs ten times as much, so it is done here,
 * and `Pace` gives the event loop its turn. After a slow call the thread pool takes over, so that
 * a slow disk does not make the daemon wait for more than one call in hundreds.
 */
export class DiskWriter {
  readonly #pool: Pool;
  #detour = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Resolves when it has begun. Fails with `EEXIST` where there is something, a link to nothing included. */
  file(path: string, bytes: Buffer, mode: number, job: WrapJob): Promise<{ readonly done: Promise<void> }> {
    const options = { flag: 'wx', mode } as const;
    return this.#do(
      () => writeFileSync(path, bytes, options),
      () => writeWhole(path, bytes, options),
      job,
    );
  }

  /** The same for a folder. */
  folder(path: string, mode: number, job: WrapJob): Promise<{ readonly done: Promise<void> }> {
    return this.#do(
      () => {
        mkdirSync(path, { mode });
      },
      () => mkdir(path, { mode }),
      job,
    );
  }

  #do(here: () => void, elsewhere: () => Promise<void>, job: WrapJob): Promise<{ readonly done: Promise<void> }> {
    const quick = this.#detour <= 0;
    if (!quick) this.#detour--;
    return this.#pool.add(() =>
      job(async () => {
        if (!quick) return await elsewhere();
        const began = performance.now();
        here();
        if (performance.now() - began > slowMs) this.#detour = detour;
      }),
    );
  }
}

/** What has to be waited for before, and how its failure is told. */
export type WrapJob = (work: () => Promise<void>) => Promise<void>;
