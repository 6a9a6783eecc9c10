import { rm } from 'node:fs/promises';
import { writeFileAtomic } from '../shared/files.ts';
import { Mutex } from '../shared/mutex.ts';

/** A file that is there while some server is to start whenever Devyard does: windows look for it before anything runs. */
export class AutoStartMark {
  readonly #file: string;
  readonly #mutex = new Mutex();
  #present: boolean | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Writes, or erases, only on a change. */
  set(present: boolean): Promise<void> {
    return this.#mutex.run(async () => {
      if (this.#present === present) return;
      if (present) await writeFileAtomic(this.#file, '');
      else await rm(this.#file, { force: true });
      this.#present = present;
    });
  }
}
