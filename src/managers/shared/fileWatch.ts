import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from './clock.ts';
import type { WatchFolder } from './logs/watcher.ts';

/** An editor writes a file in several steps; the last one is waited for, but not for ever. Milliseconds. */
const settleMs = 100;
const longestMs = 1000;
/** Where the system has no watches left, the file is looked at so often. Milliseconds. */
const pollMs = 2000;

export interface FileWatchOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly watch: WatchFolder;
  /** The file may have changed, come or gone; called once things are quiet. */
  readonly onChange: () => void;
}

/** A folder to watch, and which names in it matter; all of them where that cannot be told. */
interface Place {
  readonly folder: string;
  readonly names: ReadonlySet<string> | undefined;
  /** A folder that was removed and made again has the same path, but another identity. */
  readonly identity: string;
}

/**
 * Watches one file through its folder, because editors save by renaming another file over it. Where the folder does not
 * exist yet, the nearest one above it is watched; where the file is a link, the folder of its target as well.
 */
export class FileWatch {
  readonly #options: FileWatchOptions;
  #watches: { close(): void }[] = [];
  #armed = '';
  #polling = false;
  #closed = false;
  #cancel: (() => void) | undefined;
  #firstEvent: number | undefined;

  constructor(options: FileWatchOptions) {
    this.#options = options;
  }

  /** Sets the watches that the file now needs. True when they are new: then what is read before may be old. */
  async arm(): Promise<boolean> {
    const places = await placesOf(this.#options.path);
    const wanted = places.map(({ folder, identity }) => `${folder}\0${identity}`).join('\0');
    if (this.#closed || wanted === this.#armed) return false;
    this.#disarm();
    this.#armed = wanted;
    this.#polling = false;
    for (const place of places) this.#watch(place);
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#disarm();
    this.#cancel?.();
  }

  #watch({ folder, names }: Place): void {
    try {
      const changed = (name: string | null): void => {
        if (name === null || names === undefined || names.has(name)) this.#event();
      };
      this.#watches.push(this.#options.watch(folder, changed, () => this.#poll()));
    } catch {
      this.#poll();
    }
  }

  #disarm(): void {
    for (const watch of this.#watches) watch.close();
    this.#watches = [];
    this.#armed = '';
  }

  #event(): void {
    const { clock } = this.#options;
    const now = clock.monotonic();
    this.#firstEvent ??= now;
    this.#after(Math.max(0, Math.min(settleMs, this.#firstEvent + longestMs - now)));
  }

  #poll(): void {
    this.#polling = true;
    this.#after(pollMs);
  }

  #after(ms: number): void {
    this.#cancel?.();
    if (this.#closed) return;
    this.#cancel = this.#options.clock.after(ms, () => {
      this.#firstEvent = undefined;
      this.#cancel = undefined;
      this.#options.onChange();
      if (this.#polling) this.#poll();
    });
  }
}

async function placesOf(path: string): Promise<readonly Place[]> {
  const own = await nearestFolder(path);
  if (own === undefined) return [];
  const real = await realpath(path).catch(() => undefined);
  const straight = join(await realpath(own.folder).catch(() => own.folder), basename(path));
  if (real === undefined || real === straight) return [own];
  // A link, perhaps to a link: what changes when it is set anew may have any name.
  const target = await place(dirname(real), undefined);
  const anyName = { ...own, names: undefined, identity: `${own.identity}*` };
  return target === undefined ? [anyName] : [anyName, target];
}

async function nearestFolder(path: string): Promise<Place | undefined> {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const found = await place(dirname(at), new Set([basename(at), basename(dirname(at))]));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function place(folder: string, names: ReadonlySet<string> | undefined): Promise<Place | undefined> {
  try {
    const { dev, ino, birthtimeMs } = await stat(folder);
    return { folder, names, identity: `${String(dev)}:${String(ino)}:${String(birthtimeMs)}` };
  } catch {
    return undefined;
  }
}
