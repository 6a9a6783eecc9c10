import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { stampKey } from './tree.ts';
import type { ProcessIdentity, ProcessPlatform } from './types.ts';

export interface ExitWatcherDeps {
  readonly platform: ProcessPlatform;
  readonly clock: Clock;
  /** Milliseconds between two looks. Default 2000. */
  readonly intervalMs?: number;
  readonly warn?: (message: string) => void;
}

interface Watched {
  readonly identity: ProcessIdentity;
  readonly gone: () => void;
}

/**
 * Notices the end of processes that are not our children: nobody tells us, so one timer looks at all of them.
 * No timer runs while there is nothing to watch.
 */
export class ExitWatcher {
  readonly #deps: ExitWatcherDeps;
  readonly #watched = new Map<string, Watched>();
  #cancelTimer: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #disposed = false;

  constructor(deps: ExitWatcherDeps) {
    this.#deps = deps;
  }

  /** Calls `gone` once, when the process has ended. Returns how to stop watching. */
  watch(identity: ProcessIdentity, gone: () => void): () => void {
    const watched: Watched = { identity, gone };
    // Two runs never share a process, but two watchers of one process must not displace each other.
    const key = this.#freeKey(stampKey(identity));
    this.#watched.set(key, watched);
    this.#arm();
    return () => {
      this.#watched.delete(key);
      if (this.#watched.size === 0) this.#disarm();
    };
  }

  /** Looks at all of them now; a look that is going on is waited for and followed by a new one. */
  async check(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  /** Ends the timer; what is watched stays unsettled. */
  dispose(): void {
    this.#disposed = true;
    this.#disarm();
    this.#watched.clear();
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    await Promise.all(
      [...this.#watched].map(async ([key, { identity, gone }]) => {
        try {
          const now = await this.#deps.platform.identify(identity.pid);
          if (now?.startTime === identity.startTime || !this.#watched.delete(key)) return;
          gone();
        } catch (error) {
          // Not being able to look is no end: the next look tells.
          this.#deps.warn?.(`Process ${identity.pid} cannot be looked at: ${messageOf(error)}`);
        }
      }),
    );
    if (this.#watched.size === 0) this.#disarm();
  }

  #arm(): void {
    if (this.#cancelTimer !== undefined || this.#watched.size === 0 || this.#disposed) return;
    this.#cancelTimer = this.#deps.clock.after(this.#deps.intervalMs ?? 2000, () => {
      void this.#look().finally(() => {
        this.#cancelTimer = undefined;
        this.#arm();
      });
    });
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #freeKey(base: string): string {
    let key = base;
    for (let copy = 2; this.#watched.has(key); copy += 1) key = `${base}#${copy}`;
    return key;
  }
}
