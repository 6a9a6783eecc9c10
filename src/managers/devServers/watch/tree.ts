import type { BigIntStats } from 'node:fs';
import { lstat, readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';
import { parseGitignore, type IgnoreRules } from './gitignore.ts';
import { relativeTo, toSlashes, type Selection, type Stance } from './selection.ts';
import type { FolderWatch } from './watchPort.ts';

/** A folder that is watched. Only what can matter is remembered: the files that count, and the folders that may hold some. */
export interface Folder {
  readonly path: string;
  /** Relative to the root with `/`; '' for the root. */
  readonly relative: string;
  readonly parent: Folder | null;
  readonly files: Map<string, Mark>;
  readonly folders: Map<string, Folder>;
  /** A folder that was removed and made again has the same path, but another identity. */
  identity: string;
  stance: Stance;
  hasRules: boolean;
  watch: FolderWatch | undefined;
}

/** What a file was like when it was looked at; null where the system tells of changes. */
type Mark = string | null;

interface TreeOptions {
  readonly root: string;
  readonly select: () => Selection;
  /** The .gitignore files above the root. */
  readonly outer: () => readonly IgnoreRules[];
  /** Sets a watch, where one is needed. Throws system errors. */
  readonly watch: (folder: Folder) => FolderWatch | undefined;
  /** Whether files have to be compared, because nobody tells of changes. */
  readonly compares: () => boolean;
  /** A file that counts has come, is different or has gone. */
  readonly onFile: (path: string, folder: Folder) => void;
  /** A folder may not be read. */
  readonly onProblem: (error: unknown) => void;
}

/** What is known of a root's folders, and how it is brought up to date. One change at a time; the caller sees to that. */
export class Tree {
  readonly #options: TreeOptions;
  readonly #folders = new Map<string, Folder>();

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  get root(): string {
    return this.#options.root;
  }

  /** Whether the root was there when it was last looked at. */
  get exists(): boolean {
    return this.#folders.has(this.root);
  }

  find(path: string): Folder | undefined {
    return this.#folders.get(path);
  }

  /** Reads everything anew; `changed` gets what is new or gone since the last time. */
  async scan(changed: Set<string> | null): Promise<void> {
    const identity = await identityOf(this.root, stat);
    let root = this.#folders.get(this.root);
    if (identity === undefined || (root !== undefined && root.identity !== identity)) {
      if (root !== undefined) this.drop(root, changed);
      root = undefined;
    }
    if (identity === undefined) return;
    await this.#read(root ?? this.#add(this.root, null, identity), this.#rootStance(), changed);
  }

  /** Looks at a folder that has come, or may be another one than before. */
  async visit(parent: Folder, name: string, changed: Set<string> | null): Promise<void> {
    const path = join(parent.path, name);
    let folder = parent.folders.get(name);
    const identity = await identityOf(path, lstat);
    if (folder !== undefined && folder.identity === identity) return;
    if (folder !== undefined) this.drop(folder, changed);
    if (identity === undefined || this.#folders.get(parent.path) !== parent) return;
    const stance = this.#options.select().stanceOf(relativeTo(this.root, path), parent.stance);
    if (stance === null) return;
    folder = this.#add(path, parent, identity);
    parent.folders.set(name, folder);
    await this.#read(folder, stance, changed);
  }

  /** Whether the folder at that path is still the one that is watched. */
  async isSame(folder: Folder): Promise<boolean> {
    return (await identityOf(folder.path, folder.parent === null ? stat : lstat)) === folder.identity;
  }

  /** Forgets a folder and what is in it; `changed` gets the files that counted. */
  drop(folder: Folder, changed: Set<string> | null): void {
    this.#unwatch(folder);
    for (const name of folder.files.keys()) {
      changed?.add(join(folder.path, name));
      this.#options.onFile(join(folder.path, name), folder);
    }
    for (const inner of [...folder.folders.values()]) this.drop(inner, changed);
    if (this.#folders.get(folder.path) === folder) this.#folders.delete(folder.path);
    folder.parent?.folders.delete(basename(folder.path));
  }

  /** Ends every watch; what is known stays. */
  unwatchAll(): void {
    for (const folder of this.#folders.values()) this.#unwatch(folder);
  }

  #rootStance(): Stance {
    return { mode: 'open', levels: this.#options.outer() };
  }

  #add(path: string, parent: Folder | null, identity: string): Folder {
    const folder: Folder = {
      path,
      relative: relativeTo(this.root, path),
      parent,
      identity,
      files: new Map(),
      folders: new Map(),
      stance: { mode: 'named', levels: [] },
      hasRules: false,
      watch: undefined,
    };
    this.#folders.set(path, folder);
    return folder;
  }

  #unwatch(folder: Folder): void {
    folder.watch?.close();
    folder.watch = undefined;
  }

  async #read(folder: Folder, stance: Stance, changed: Set<string> | null): Promise<void> {
    let entries;
    try {
      // The watch first: what happens during the reading is told by it.
      folder.watch ??= this.#options.watch(folder);
      entries = await readdir(folder.path, { withFileTypes: true });
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOENT' || errno === 'ENOTDIR') this.drop(folder, changed);
      else if (errno === 'EACCES' || errno === 'EPERM') this.#options.onProblem(error);
      else throw error;
      return;
    }
    folder.hasRules = entries.some(({ name }) => name === '.gitignore');
    folder.stance = folder.hasRules && stance.mode === 'open' ? await withRules(folder.path, stance) : stance;
    const selection = this.#options.select();
    const inside = folder.relative === '' ? '' : `${folder.relative}/`;
    const files = new Set<string>();
    const inner: { readonly name: string; readonly stance: Stance }[] = [];
    for (const entry of entries) {
      const path = inside + entry.name;
      if (entry.isDirectory()) {
        const its = selection.stanceOf(path, folder.stance);
        if (its !== null) inner.push({ name: entry.name, stance: its });
      } else if (selection.counts(path, folder.stance)) files.add(entry.name);
    }
    const there = new Set(entries.map(({ name }) => name));
    await this.#compareFiles(folder, files, there, changed);
    const wanted = new Set(inner.map(({ name }) => name));
    for (const [name, old] of folder.folders) {
      // What is only no longer of interest has not changed.
      if (!wanted.has(name)) this.drop(old, there.has(name) ? null : changed);
    }
    await Promise.all(inner.map((one) => this.#readInner(folder, one.name, one.stance, changed)));
  }

  async #readInner(parent: Folder, name: string, stance: Stance, changed: Set<string> | null): Promise<void> {
    const path = join(parent.path, name);
    const identity = await identityOf(path, lstat);
    let folder = parent.folders.get(name);
    if (folder !== undefined && folder.identity !== identity) {
      this.drop(folder, changed);
      folder = undefined;
    }
    if (identity === undefined) return;
    folder ??= this.#add(path, parent, identity);
    parent.folders.set(name, folder);
    await this.#read(folder, stance, changed);
  }

  async #compareFiles(
    folder: Folder,
    files: ReadonlySet<string>,
    there: ReadonlySet<string>,
    changed: Set<string> | null,
  ): Promise<void> {
    for (const name of folder.files.keys()) {
      if (files.has(name)) continue;
      folder.files.delete(name);
      this.#options.onFile(join(folder.path, name), folder);
      if (!there.has(name)) changed?.add(join(folder.path, name));
    }
    const compares = this.#options.compares();
    const look = async (name: string): Promise<void> => {
      const path = join(folder.path, name);
      const before = folder.files.get(name);
      const mark = compares ? await markOf(path) : null;
      folder.files.set(name, mark);
      if (before === undefined || (before !== null && before !== mark)) {
        changed?.add(path);
        this.#options.onFile(path, folder);
      }
    };
    await Promise.all([...files].map(look));
  }
}

async function withRules(folder: string, stance: Stance): Promise<Stance> {
  const rules = await readRules(folder);
  return rules === undefined ? stance : { ...stance, levels: [...stance.levels, rules] };
}

/** The .gitignore of a folder; undefined where there is none that can be read. */
export async function readRules(folder: string): Promise<IgnoreRules | undefined> {
  try {
    return parseGitignore(toSlashes(folder), await readFile(join(folder, '.gitignore'), 'utf8'));
  } catch {
    return undefined;
  }
}

type Look = (path: string, options: { bigint: true }) => Promise<BigIntStats>;

async function identityOf(path: string, look: Look): Promise<string | undefined> {
  try {
    const stats = await look(path, { bigint: true });
    if (!stats.isDirectory()) return undefined;
    return `${String(stats.dev)}:${String(stats.ino)}:${String(stats.birthtimeNs)}`;
  } catch {
    return undefined;
  }
}

async function markOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return '';
  }
}
