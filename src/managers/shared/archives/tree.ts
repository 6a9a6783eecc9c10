import { chmod, link, lstat, open, realpath, symlink } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { errnoOf } from '../errors.ts';
import { diskError } from '../files.ts';
import type { Budget } from './budget.ts';
import { DiskWriter, type WrapJob } from './diskWriter.ts';
import { entryName, isAbsolute } from './entryName.ts';
import { fileMode, folderMode } from './modes.ts';
import { escapes, foldName, type Node } from './nodes.ts';
import type { Pace } from './pace.ts';
import { Pool } from './pool.ts';
import type { Problems } from './problems.ts';

/** Enough to keep the four threads of libuv busy while the next entry is inflated. */
const jobsAtOnce = 16;
const maxTargetBytes = 4095;

interface PendingLink {
  readonly name: string;
  readonly node: Node;
  readonly target: string;
}

export interface TreeOptions {
  readonly budget: Budget;
  readonly problems: Problems;
  readonly pace: Pace;
}

/**
 * What an archive unpacks to, below an empty folder that nobody else writes to. While files are written there is not one
 * link in it: links are made at the end, so that nothing can be written through one. Every name may be used once;
 * the second file, link or folder-for-a-file of a name is an error, as packers do not write it and readers disagree about it.
 */
export class Tree {
  readonly #options: TreeOptions;
  readonly #root: Node;
  readonly #pool = new Pool(jobsAtOnce);
  readonly #disk = new DiskWriter(this.#pool);
  readonly #hardLinks: PendingLink[] = [];
  readonly #symlinks: PendingLink[] = [];

  constructor(root: string, options: TreeOptions) {
    this.#options = options;
    this.#root = { kind: 'folder', path: root, parent: undefined, children: new Map(), made: Promise.resolve() };
  }

  async folder(name: string, mode: number | undefined): Promise<void> {
    const parts = this.#partsOf(name);
    let node = this.#root;
    // The root's own permissions are not the archive's affair.
    if (parts.length === 0) return;
    let isNew = false;
    for (const [index, part] of parts.entries()) {
      isNew = !node.children.has(foldName(part));
      node = await this.#enter(node, part, name, index === parts.length - 1 ? folderMode(mode) : folderMode(undefined));
    }
    if (isNew) return;
    this.#options.budget.countEntry();
    if (folderMode(mode) !== folderMode(undefined)) await this.#pool.add(() => tighten(node, folderMode(mode)));
  }

  /** Resolves when the writing has begun; `bytes` must not change any more. */
  async file(name: string, mode: number | undefined, bytes: Buffer): Promise<void> {
    const node = await this.#claim(name, 'file');
    await this.#disk.file(node.path, bytes, fileMode(mode), this.#below(node.parent, node.path, name));
  }

  /** Resolves when it is written. */
  async largeFile(name: string, mode: number | undefined, chunks: AsyncIterable<Buffer>): Promise<void> {
    const node = await this.#claim(name, 'file');
    await node.parent?.made;
    const file = await this.#guard(node, name, () => open(node.path, 'wx', fileMode(mode)));
    try {
      for await (const chunk of chunks) await this.#guard(node, name, () => file.writeFile(chunk));
    } finally {
      await this.#guard(node, name, () => file.close());
    }
  }

  /**
   * Another name of what came before in the same archive; `target` counts from the root. A second name of a symbolic link,
   * which GNU tar writes, becomes a link of its own that says the same, and must stay inside from where it lies.
   */
  async hardLink(name: string, target: string): Promise<void> {
    const linked = this.#find(target)?.target;
    if (linked !== undefined) return await this.symlink(name, linked);
    this.#hardLinks.push({ name, target, node: await this.#claim(name, 'file') });
  }

  async symlink(name: string, target: string): Promise<void> {
    const { problems } = this.#options;
    if (target === '' || target.includes('\0') || Buffer.byteLength(target) > maxTargetBytes) {
      throw problems.unsafe(name, 'is a link to nothing that could be a path');
    }
    if (isAbsolute(target)) throw problems.unsafe(name, 'is a link to an absolute path');
    this.#symlinks.push({ name, target, node: await this.#claim(name, 'link', target) });
  }

  /** Writes what is left, links last. */
  async finish(): Promise<void> {
    await this.#pool.drain();
    const { pace, problems } = this.#options;
    for (const { name, node, target } of this.#hardLinks) {
      await pace.breathe();
      const source = this.#find(target);
      if (source?.kind !== 'file' || source === node) {
        throw problems.unsafe(name, 'is a hard link to what is no file of the archive');
      }
      await node.parent?.made;
      await this.#guard(node, name, () => link(source.path, node.path));
    }
    for (const { name, node, target } of this.#symlinks) {
      await pace.breathe();
      const reason = escapes(node, target);
      if (reason !== undefined) throw problems.unsafe(name, reason);
      await this.#pool.add(() => this.#guard(node, name, () => symlink(target, node.path)));
    }
    await this.#pool.drain();
    await this.#verifyLinks();
  }

  /** Resolves when nothing is being written any more. */
  settle(): Promise<void> {
    return this.#pool.settle();
  }

  /** Asks the file system itself, whose own ideas of case and Unicode forms may differ from what was reckoned. */
  async #verifyLinks(): Promise<void> {
    if (this.#symlinks.length === 0) return;
    const root = await realpath(this.#root.path);
    for (const { name, node } of this.#symlinks) {
      await this.#options.pace.breathe();
      await this.#pool.add(async () => {
        const real = await realpath(node.path).catch(() => root);
        if (real === root || real.startsWith(root + sep)) return;
        throw this.#options.problems.unsafe(name, 'is a link to outside of the archive');
      });
    }
    await this.#pool.drain();
  }

  #partsOf(name: string): readonly string[] {
    const result = entryName(name);
    if ('refused' in result) throw this.#options.problems.unsafe(name, result.refused);
    return result.parts;
  }

  async #claim(name: string, kind: 'file' | 'link', target?: string): Promise<Node> {
    const parts = this.#partsOf(name);
    const last = parts.at(-1);
    if (last === undefined) throw this.#options.problems.unsafe(name, 'stands for the whole folder but is none');
    let parent = this.#root;
    for (const part of parts.slice(0, -1)) parent = await this.#enter(parent, part, name, folderMode(undefined));
    if (parent.children.has(foldName(last))) throw this.#duplicate(name);
    const path = join(parent.path, last);
    const node: Node = { kind, path, parent, children: new Map(), ...(target === undefined ? {} : { target }) };
    this.#options.budget.countEntry();
    parent.children.set(foldName(last), node);
    return node;
  }

  /** The folder below a folder, made where there is none. */
  async #enter(parent: Node, part: string, name: string, mode: number): Promise<Node> {
    const known = parent.children.get(foldName(part));
    if (known?.kind === 'folder') return known;
    if (known?.kind === 'link') throw this.#options.problems.unsafe(name, 'leads through a link of the archive');
    if (known !== undefined) throw this.#duplicate(name);
    this.#options.budget.countEntry();
    const path = join(parent.path, part);
    const { done } = await this.#disk.folder(path, mode, this.#below(parent, path, name));
    const node: Node = { kind: 'folder', path, parent, children: new Map(), made: done };
    parent.children.set(foldName(part), node);
    return node;
  }

  #below(parent: Node | undefined, path: string, name: string): WrapJob {
    return async (work) => {
      await parent?.made;
      await this.#guard({ path }, name, work);
    };
  }

  #find(name: string): Node | undefined {
    let node: Node | undefined = this.#root;
    const parts = entryName(name);
    if ('refused' in parts) return undefined;
    for (const part of parts.parts) node = node?.children.get(foldName(part));
    return node;
  }

  #duplicate(name: string): Error {
    return this.#options.problems.unsafe(name, 'comes twice, or is a file and a folder at once');
  }

  async #guard<T>({ path }: Pick<Node, 'path'>, name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'EEXIST') throw this.#duplicate(name);
      if (errno === 'ENAMETOOLONG' || errno === 'EILSEQ' || errno === 'EINVAL') {
        throw this.#options.problems.unsafe(name, 'has a name that this file system does not take');
      }
      throw diskError(error, path);
    }
  }
}

/** Takes permissions away from a folder that was made before its own entry came. */
async function tighten(node: Node, mode: number): Promise<void> {
  await node.made;
  await chmod(node.path, (await lstat(node.path)).mode & mode);
}
