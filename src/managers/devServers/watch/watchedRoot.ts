import { lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { WatchPlan } from '../plan.ts';
import type { IgnoreRules } from './gitignore.ts';
import { GoSources, moduleGlobs, readGoModules, type GoModules } from './goSources.ts';
import { makeSelection, toSlashes, type Selection } from './selection.ts';
import { readRules, Tree, type Folder } from './tree.ts';
import type { FolderWatch } from './watchPort.ts';

interface WatchedRootOptions {
  readonly root: string;
  readonly plan: Pick<WatchPlan, 'include' | 'exclude'>;
  readonly ignorePaths: readonly string[];
  /** The project's own root, whose go.work is followed; others are modules that it uses. */
  readonly isMain: boolean;
  readonly watch: (folder: string, deep: boolean, onName: (name: string | null) => void) => FolderWatch | undefined;
  readonly recursive: boolean;
  readonly compares: () => boolean;
  /** Something happened to that name in the folder; null: somewhere in it. */
  readonly onEvent: (root: WatchedRoot, folder: string, name: string | null) => void;
  readonly onProblem: (error: unknown) => void;
}

/** A go.work, .gitignore or embed directive changes what counts, perhaps so that others come to light: so often, at most. */
const maxRounds = 8;

/** A folder whose tree is watched, together with what decides which of its files count. */
export class WatchedRoot {
  readonly #options: WatchedRootOptions;
  readonly #tree: Tree;
  readonly #go: GoSources;
  #selection: Selection;
  #outer: readonly IgnoreRules[] = [];
  #modules: GoModules = { inside: [], outside: [] };
  /** Waits for a root that is not there, on the nearest folder that is. */
  #waiting: FolderWatch | undefined;

  constructor(options: WatchedRootOptions) {
    const { root, watch, recursive, compares, onProblem } = options;
    this.#options = options;
    this.#go = new GoSources(root);
    this.#selection = this.#select();
    this.#tree = new Tree({
      root,
      select: () => this.#selection,
      outer: () => this.#outer,
      compares,
      onProblem,
      watch: (folder) =>
        recursive && folder.parent !== null
          ? undefined
          : watch(folder.path, recursive, (name) => this.#event(folder.path, name)),
      onFile: (path, folder) => {
        if (this.#selection.isGo && folder.stance.mode === 'open') this.#go.note(path);
      },
    });
  }

  get path(): string {
    return this.#options.root;
  }

  /** Modules elsewhere that the go.work uses. */
  get modules(): readonly string[] {
    return this.#modules.outside;
  }

  /** Reads everything anew, and what decides about it. `changed` gets what is new or gone; null at first. */
  async scan(changed: Set<string> | null): Promise<void> {
    this.#outer = await outerRules(this.path);
    if (this.#options.isMain && this.#selection.isGo) this.#modules = await readGoModules(this.path);
    this.#selection = this.#select();
    await this.#tree.scan(changed);
    await this.settle(changed);
  }

  /** Looks at what an event named. `retry` gets what may be half a save: a file that is empty or gone. */
  async look(folderPath: string, name: string, found: Found): Promise<void> {
    const folder = this.#tree.find(folderPath);
    if (folder === undefined) return;
    const path = join(folderPath, name);
    const stats = await lstat(path).catch(() => undefined);
    if (this.#decides(folder, name, stats !== undefined)) found.rescan();
    if (stats?.isDirectory() === true) {
      found.later(() => this.#tree.visit(folder, name, found.changed));
      return;
    }
    const known = folder.files.has(name);
    if (stats === undefined) {
      if (folder.folders.has(name)) found.later(() => this.#tree.visit(folder, name, found.changed));
      else if (!known) found.later(() => this.#verify(folder, found.changed));
      else if (!found.mayWait(path)) {
        folder.files.delete(name);
        this.#counted(path, folder, found);
      }
      return;
    }
    if (!this.#selection.counts(inside(folder, name), folder.stance)) return;
    if (stats.size === 0 && stats.isFile() && found.mayWait(path)) return;
    folder.files.set(name, null);
    this.#counted(path, folder, found);
  }

  /** Takes up what changed files embed now, and a root that has gone. `changed` is as in `scan`. */
  async settle(changed: Set<string> | null): Promise<void> {
    for (let round = 0; round < maxRounds && (await this.#go.update()); round += 1) {
      this.#selection = this.#select();
      await this.#tree.scan(changed);
    }
    await this.#awaitRoot();
  }

  unwatch(): void {
    this.#tree.unwatchAll();
    this.#stopWaiting();
  }

  #counted(path: string, folder: Folder, found: Found): void {
    found.changed.add(path);
    if (this.#selection.isGo && folder.stance.mode === 'open') this.#go.note(path);
  }

  /** Whether the file decides which others count. */
  #decides(folder: Folder, name: string, exists: boolean): boolean {
    if (name === '.gitignore') return folder.stance.mode === 'open' && (exists || folder.hasRules);
    return name === 'go.work' && folder.parent === null && this.#options.isMain && this.#selection.isGo;
  }

  /** A folder that was removed or moved is told by an event about itself, which looks like one about something in it. */
  async #verify(folder: Folder, changed: Set<string>): Promise<void> {
    if (this.#tree.find(folder.path) !== folder || (await this.#tree.isSame(folder))) return;
    if (folder.parent === null) await this.#tree.scan(changed);
    else await this.#tree.visit(folder.parent, basename(folder.path), changed);
  }

  async #awaitRoot(): Promise<void> {
    this.#stopWaiting();
    if (this.#tree.exists || this.#options.compares()) return;
    let above = dirname(this.path);
    while (above !== dirname(above) && !(await isThere(above))) above = dirname(above);
    this.#waiting = this.#options.watch(above, false, () => this.#options.onEvent(this, this.path, null));
    // It may have come just before the watch.
    if (await isThere(this.path)) this.#options.onEvent(this, this.path, null);
  }

  #stopWaiting(): void {
    this.#waiting?.close();
    this.#waiting = undefined;
  }

  #event(folder: string, name: string | null): void {
    if (name === null) this.#options.onEvent(this, folder, null);
    else {
      const path = join(folder, name);
      this.#options.onEvent(this, dirname(path), basename(path));
    }
  }

  #select(): Selection {
    const { root, plan, ignorePaths, isMain } = this.#options;
    const { include, exclude } = plan;
    const modules = isMain ? this.#modules.inside.flatMap(moduleGlobs) : moduleGlobs('');
    const options = { root, exclude, ignorePaths, embedded: this.#go.named };
    const selection = makeSelection({ ...options, include: [...include, ...modules] });
    if (!isMain || !selection.isGo) return selection;
    // What it says decides what is built, and it is often in .gitignore.
    return makeSelection({ ...options, include: [...include, ...modules, 'go.work', 'go.work.sum'] });
  }
}

/** What looking at events brings to light. */
export interface Found {
  readonly changed: Set<string>;
  /** Folders are looked at after the files, which somebody waits for. */
  readonly later: (task: () => Promise<void>) => void;
  readonly rescan: () => void;
  /** True: the path is looked at once more, soon. */
  readonly mayWait: (path: string) => boolean;
}

function inside(folder: Folder, name: string): string {
  return folder.relative === '' ? name : `${folder.relative}/${name}`;
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** The .gitignore files between the root and the top of its repository. None where they ignore the root itself. */
async function outerRules(root: string): Promise<readonly IgnoreRules[]> {
  const levels: IgnoreRules[] = [];
  for (let at = root; !(await isThere(join(at, '.git')));) {
    if (dirname(at) === at) return [];
    at = dirname(at);
    const rules = await readRules(at);
    if (rules !== undefined) levels.unshift(rules);
  }
  const ignoresRoot = levels.some(({ folder, rules }) => {
    return rules.ignores(`${toSlashes(root).slice(folder.length).replace(/^\//, '')}/`);
  });
  return ignoresRoot ? [] : levels;
}
