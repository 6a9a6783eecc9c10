import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { errnoOf, messageOf } from '../errors.ts';
import type { DiskLog } from './diskLog.ts';
import { KEEP_SHARE } from './limits.ts';
import { Mutex } from '../mutex.ts';

/** Once over the limit, so much of it is added before the disk is looked at again. */
const LOOK_SHARE = 1 / 64;
const STREAM_FILE = /^(.+)\.(?:out|err)(?:\.kept.*)?$/;

export interface RetentionOptions {
  readonly dir: string;
  readonly totalBytes: number;
  readonly openLog: (key: string) => Promise<DiskLog>;
  readonly openedLogs: () => readonly DiskLog[];
  readonly onProblem: (message: string) => void;
}

interface StoredRun {
  readonly key: string;
  readonly runId: string;
  bytes: number;
  /** When it was last written, milliseconds since the epoch. */
  writtenAt: number;
}

/** Keeps all logs together within their limit. Counts what is added and looks at the disk only when that may matter. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #mutex = new Mutex();
  /** An upper estimate; undefined until the disk was looked at. */
  #bytes: number | undefined;
  #added = 0;
  #looking = false;
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Notes that bytes were added; looks at the disk when the limit may be passed. */
  grew(bytes: number): void {
    this.#added += bytes;
    const { totalBytes } = this.#options;
    if (this.#looking || this.#closed) return;
    if (this.#bytes !== undefined) {
      // When nothing can be removed, the disk must still not be looked at for every line.
      if (this.#bytes + this.#added <= totalBytes || this.#added < totalBytes * LOOK_SHARE) return;
    }
    this.#looking = true;
    void this.enforce()
      .catch((error: unknown) => {
        this.#options.onProblem(`The logs could not be kept within their limit: ${messageOf(error)}`);
      })
      .finally(() => {
        this.#looking = false;
      });
  }

  /** Looks no more; resolves when a look that is going on has ended. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#mutex.run(async () => undefined);
  }

  enforce(): Promise<void> {
    return this.#mutex.run(async () => {
      const { dir, totalBytes, openLog, openedLogs } = this.#options;
      this.#added = 0;
      let { total, runs } = await scan(dir);
      const target = totalBytes * KEEP_SHARE;
      if (total > totalBytes) {
        for (const run of runs.toSorted((a, b) => a.writtenAt - b.writtenAt)) {
          if (total <= target || this.#closed) break;
          const log = await openLog(run.key);
          if (await log.removeEndedRun(run.runId)) total -= run.bytes;
        }
        if (total > totalBytes && !this.#closed) {
          const logs = openedLogs();
          const live = logs.reduce((sum, log) => sum + log.liveRuns, 0);
          for (const log of logs) await log.shrinkLiveRuns(target / Math.max(1, live));
        }
        ({ total } = await scan(dir));
      }
      this.#bytes = total;
    });
  }
}

/** Disk blocks in use under the folder, and per run. */
async function scan(dir: string): Promise<{ total: number; runs: StoredRun[] }> {
  let total = 0;
  const runs: StoredRun[] = [];
  for (const key of await namesIn(dir)) {
    const ofKey = new Map<string, StoredRun>();
    for (const name of await namesIn(join(dir, key))) {
      const info = await stat(join(dir, key, name)).catch(() => undefined);
      if (info === undefined) continue;
      const bytes = blockBytes(info);
      total += bytes;
      const runId = STREAM_FILE.exec(name)?.[1];
      if (runId === undefined) continue;
      const run = ofKey.get(runId) ?? { key, runId, bytes: 0, writtenAt: 0 };
      run.bytes += bytes;
      run.writtenAt = Math.max(run.writtenAt, info.mtimeMs);
      ofKey.set(runId, run);
    }
    runs.push(...ofKey.values());
  }
  return { total, runs };
}

/** Windows knows no blocks. */
function blockBytes({ blocks, size }: { blocks: number; size: number }): number {
  return process.platform === 'win32' ? size : blocks * 512;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
