import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { parseGoEmbed, type EmbedPattern } from './goEmbed.ts';
import { parseGoWork } from './goWork.ts';
import { namedByEmbed, type NamedPath } from './named.ts';
import { relativeTo } from './selection.ts';

/** Text that is longer is generated; nobody writes directives into it by hand. Characters. */
const longest = 4 * 1024 * 1024;

/** What the Go files of a tree embed. Only files that embed something are remembered. */
export class GoSources {
  readonly #root: string;
  readonly #embeds = new Map<string, readonly EmbedPattern[]>();
  readonly #unread = new Set<string>();
  #named: readonly NamedPath[] | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** What is embedded, as far as it was read. */
  get named(): readonly NamedPath[] {
    this.#named ??= [...this.#embeds].flatMap(([file, patterns]) => {
      const folder = relativeTo(this.#root, dirname(file));
      return patterns.map((pattern) => namedByEmbed(folder, pattern));
    });
    return this.#named;
  }

  /** A file that is new, changed or gone. Tests embed for themselves only, so they are not looked at. */
  note(file: string): void {
    if (file.endsWith('.go') && !file.endsWith('_test.go')) this.#unread.add(file);
  }

  /** Reads what was noted; true when something else is embedded than before. */
  async update(): Promise<boolean> {
    const files = [...this.#unread];
    this.#unread.clear();
    let changed = false;
    const queue = files.values();
    // A few at once: a tree may have thousands, and each is held in memory while it is read.
    const readSome = async (): Promise<void> => {
      for (const file of queue) if (await this.#read(file)) changed = true;
    };
    await Promise.all([readSome(), readSome(), readSome(), readSome()]);
    if (changed) this.#named = undefined;
    return changed;
  }

  async #read(file: string): Promise<boolean> {
    const text = await readFile(file, 'utf8').catch(() => '');
    const patterns = text.length > longest ? [] : parseGoEmbed(text);
    const before = this.#embeds.get(file) ?? [];
    if (isDeepEqual(before, patterns)) return false;
    if (patterns.length === 0) this.#embeds.delete(file);
    else this.#embeds.set(file, patterns);
    return true;
  }
}

function isDeepEqual(a: readonly EmbedPattern[], b: readonly EmbedPattern[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The modules that the go.work of a folder uses: those within it, relative with `/`, and those elsewhere, absolute. */
export interface GoModules {
  readonly inside: readonly string[];
  readonly outside: readonly string[];
}

export async function readGoModules(root: string): Promise<GoModules> {
  const text = await readFile(join(root, 'go.work'), 'utf8').catch(() => '');
  return sortModules(root, parseGoWork(text));
}

/** What lies above the root is left out: the project itself is in it, and perhaps a whole home folder. */
export function sortModules(root: string, used: readonly string[]): GoModules {
  const folders = [...new Set(used.map((folder) => resolve(root, folder)))];
  const inside = folders.filter((folder) => folder !== root && isWithin(root, folder));
  const outside = folders.filter((folder) => !isWithin(root, folder) && !isWithin(folder, root));
  // A module in another that is watched anyway.
  const outermost = outside.filter((one) => !outside.some((other) => other !== one && isWithin(other, one)));
  return { inside: inside.map((folder) => relativeTo(root, folder)), outside: outermost };
}

function isWithin(outer: string, path: string): boolean {
  const way = relative(outer, path);
  return !isAbsolute(way) && way.split(/[/\\]/)[0] !== '..';
}

/** What of a module the Go command reads. `folder` is relative to the root of the globs; '' for the root. */
export function moduleGlobs(folder: string): readonly string[] {
  const escaped = folder.replaceAll(/[()[\]{}!*+?@]/g, String.raw`\$&`);
  const inside = folder === '' ? '' : `${escaped}/`;
  return [`${inside}**/*.go`, `${inside}go.mod`, `${inside}go.sum`];
}
