import { chmod, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { systemClock, type Clock } from '../clock.ts';
import { DevyardError } from '../errors.ts';
import { DiskLog } from './diskLog.ts';
import { headFreer, type HeadFreer } from './holes.ts';
import { resolveLimits } from './limits.ts';
import { checkName } from './names.ts';
import { Retention } from './retention.ts';
import type { LogLimits, LogRing, LogStore, ResourceLog } from './types.ts';
import { watchFolder, type WatchFolder } from './watcher.ts';

export interface LogStoreOptions {
  /** Holds one folder per resource; made (0700) when there is none. One daemon at a time may have it open. */
  readonly dir: string;
  readonly limits?: Partial<LogLimits>;
  readonly clock?: Clock;
  /** Told what went wrong without stopping anything. */
  readonly onProblem?: (message: string) => void;
  /** For tests and other platforms: how folders are watched, how the head of a file is dropped. */
  readonly watch?: WatchFolder;
  readonly freer?: HeadFreer;
}

/** Opens the log room. Cheap however many resources there are: a log is read when it is opened. */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  const dir = resolve(options.dir);
  const limits = resolveLimits(options.limits);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  return new DiskLogStore(dir, limits, options);
}

class DiskLogStore implements LogStore {
  readonly #dir: string;
  readonly #load: (key: string, ring: LogRing | undefined) => Promise<DiskLog>;
  readonly #retention: Retention;
  readonly #logs = new Map<string, Promise<DiskLog>>();
  readonly #opened = new Map<string, DiskLog>();
  readonly #removing = new Map<string, Promise<void>>();
  #unwatchableSaid = false;
  #closed = false;

  constructor(dir: string, limits: LogLimits, options: LogStoreOptions) {
    const { clock = systemClock, onProblem = () => undefined, watch = watchFolder, freer = headFreer(dir) } = options;
    this.#dir = dir;
    this.#retention = new Retention({
      dir,
      totalBytes: limits.totalBytes,
      openLog: (key) => this.#open(key),
      openedLogs: () => [...this.#opened.values()],
      onProblem,
    });
    this.#load = (key, ring) =>
      DiskLog.load({
        folder: join(dir, key),
        limits: { ...limits, ...ring },
        clock,
        watch,
        freer,
        onProblem,
        onUnwatchable: (message) => {
          if (this.#unwatchableSaid) return;
          this.#unwatchableSaid = true;
          onProblem(`Logs cannot be watched (${message}); they are read twice a second instead.`);
        },
        onGrowth: (bytes) => this.#retention.grew(bytes),
      });
  }

  open(key: string, ring?: LogRing): Promise<ResourceLog> {
    return this.#open(checkName(key, 'key'), ring);
  }

  async remove(key: string): Promise<void> {
    checkName(key, 'key');
    const opening = this.#logs.get(key);
    const removed = (async () => {
      await (await opening?.catch(() => undefined))?.close();
      this.#opened.delete(key);
      await rm(join(this.#dir, key), { recursive: true, force: true });
    })();
    // Whoever opens the same key meanwhile gets a new, empty log afterwards.
    const next = removed.then(() => undefined);
    this.#removing.set(key, next);
    this.#logs.delete(key);
    try {
      await removed;
    } finally {
      if (this.#removing.get(key) === next) this.#removing.delete(key);
    }
  }

  async close(): Promise<void> {
    await this.#retention.close();
    this.#closed = true;
    await Promise.all([...this.#logs.values()].map(async (log) => (await log.catch(() => undefined))?.close()));
    await Promise.allSettled(this.#removing.values());
  }

  #open(key: string, ring?: LogRing): Promise<DiskLog> {
    if (this.#closed) return Promise.reject(new DevyardError('wrong-state', 'The log store was closed.'));
    const known = this.#logs.get(key);
    if (known !== undefined) return known;
    const log = this.#openNew(key, ring);
    this.#logs.set(key, log);
    return log;
  }

  async #openNew(key: string, ring: LogRing | undefined): Promise<DiskLog> {
    try {
      await this.#removing.get(key);
      const log = await this.#load(key, ring);
      this.#opened.set(key, log);
      return log;
    } catch (error) {
      this.#logs.delete(key);
      throw error;
    }
  }
}
