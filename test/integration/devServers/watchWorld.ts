import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Clock } from '../../../src/managers/shared/clock.ts';
import { watchTree, type TreeWatch } from '../../../src/managers/devServers/watch/watchTree.ts';
import type { WatchPort } from '../../../src/managers/devServers/watch/watchPort.ts';
import { temporaryFolder, type Temporary } from '../../support/temporary.ts';

export interface WatchOptions {
  readonly exclude?: readonly string[];
  readonly ignorePaths?: readonly string[];
  readonly port?: WatchPort;
  readonly clock?: Clock;
}

/** A folder with a project, anew for each test; its watches are closed after it. */
export interface WatchWorld {
  /** The project. */
  root: string;
  /** The folder that it lies in. */
  readonly outside: string;
  /** Writes a file of the project, and makes its folders. */
  readonly write: (name: string, text?: string) => Promise<void>;
  /** A watch that is ready. */
  readonly watching: (include: readonly string[], options?: WatchOptions) => Promise<Seen>;
}

export function useWatchWorld(): WatchWorld {
  let place: Temporary;
  let open: Seen[] = [];
  const write = async (name: string, text = 'package x\n'): Promise<void> => {
    const path = join(world.root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  const world: WatchWorld = {
    root: '',
    get outside() {
      return place.path;
    },
    write,
    async watching(include, options = {}) {
      const seen = new Seen(world.root, write, include, options);
      open.push(seen);
      await seen.watch.ready;
      return seen;
    },
  };
  beforeEach(async () => {
    place = await temporaryFolder();
    world.root = join(place.path, 'project');
    await mkdir(world.root);
  });
  afterEach(async () => {
    await Promise.all(open.map((seen) => seen.watch.close()));
    open = [];
    await place[Symbol.asyncDispose]();
  });
  return world;
}

/** A watch whose changes can be waited for. */
export class Seen {
  readonly watch: TreeWatch;
  readonly problems: unknown[] = [];
  /** What was told, relative to the project. */
  paths: string[] = [];
  calls = 0;
  readonly #write: WatchWorld['write'];
  #wake: (() => void) | undefined;

  constructor(root: string, write: WatchWorld['write'], include: readonly string[], more: WatchOptions) {
    const { exclude = ['**/vendor/**'], ...options } = more;
    this.#write = write;
    this.watch = watchTree({
      root,
      plan: { include, exclude },
      ...options,
      onChange: (paths) => {
        this.calls += 1;
        this.paths.push(...paths.map((path) => relative(root, path)));
        this.#wake?.();
      },
      onProblem: (error) => this.problems.push(error),
    });
  }

  async until(...names: string[]): Promise<void> {
    while (!names.every((name) => this.paths.includes(name))) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What was told since the last time, with everything that happened until now: the file `last.go` is made and waited for. */
  async take(): Promise<readonly string[]> {
    await this.#write('last.go', String(Math.random()));
    await this.until('last.go');
    const taken = [...new Set(this.paths)].filter((name) => name !== 'last.go').sort();
    this.paths = [];
    return taken;
  }
}
