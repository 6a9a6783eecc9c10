import { watch as watchPath } from 'node:fs';

import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';

/** How long after a read the next one may come while data flows. Milliseconds. */
const FLOW_MS = 20;
/** So many reads in a row without data, and the watch is set again. */
const QUIET_READS = 2;
const POLL_MS = 500;

/** Watches a folder; `onChange` is called with the name of what changed, `onError` when the watch is dead. */
export type WatchFolder = (
  folder: string,
  onChange: (name: string | null) => void,
  onError: (error: unknown) => void,
) => { close(): void };

export const watchFolder: WatchFolder = (folder, onChange, onError) => {
  const watcher = watchPath(folder, { persistent: false }, (_event, name) => onChange(name));
  watcher.on('error', onError);
  return watcher;
};

export interface FolderReaderOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly watch: WatchFolder;
  /** Changes of this name are our own doing. */
  readonly ignore: string;
  /** Reads what is new; true when there was anything. Must not throw. */
  readonly read: () => Promise<boolean>;
  readonly onUnwatchable: (message: string) => void;
}

/**
 * Calls `read` when something changes. While data flows the watch is off, because a busy child would cause an event a write,
 * and reads follow each other at FLOW_MS; when it is quiet the watch is on and nothing at all happens.
 * Where the system has no watches left, it polls.
 */
export class FolderReader {
  readonly #options: FolderReaderOptions;
  #watch: { close(): void } | undefined;
  #cancelTimer: (() => void) | undefined;
  #active = false;
  #running = false;
  /** Something changed during a read, perhaps after the read had looked. */
  #missed = false;
  #polling = false;

  constructor(options: FolderReaderOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#active) return;
    this.#active = true;
    this.#flow(0);
  }

  stop(): void {
    this.#active = false;
    this.#disarm();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** Reads, and goes on reading until it is quiet. */
  #flow(quiet: number): void {
    if (!this.#active) return;
    if (this.#running) {
      this.#missed = true;
      return;
    }
    this.#running = true;
    this.#missed = false;
    this.#disarm();
    void this.#options.read().then((found) => {
      this.#running = false;
      if (!this.#active) return;
      const quietNow = found || this.#missed ? 0 : quiet + 1;
      if (this.#polling) this.#after(found ? FLOW_MS : POLL_MS, 0);
      else if (quietNow < QUIET_READS) this.#after(FLOW_MS, quietNow);
      else this.#arm();
    });
  }

  #after(ms: number, quiet: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(ms, () => {
      this.#cancelTimer = undefined;
      this.#flow(quiet);
    });
  }

  #arm(): void {
    const { folder, ignore, watch } = this.#options;
    try {
      this.#watch = watch(
        folder,
        (name) => {
          if (name !== ignore) this.#flow(0);
        },
        (error) => this.#poll(error),
      );
    } catch (error) {
      this.#poll(error);
      return;
    }
    // What was written between the last read and the watch causes no event: one look after it.
    this.#running = true;
    this.#missed = false;
    void this.#options.read().then((found) => {
      this.#running = false;
      if (found || this.#missed) this.#flow(0);
    });
  }

  #disarm(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  #poll(error: unknown): void {
    this.#disarm();
    if (!this.#active || this.#polling) return;
    this.#polling = true;
    this.#options.onUnwatchable(messageOf(error));
    this.#after(POLL_MS, 0);
  }
}
