import type { FileHandle } from 'node:fs/promises';
import type { Tree, TreeOptions } from './tree.ts';

/** What the readers of both kinds get. */
export interface Unpacking extends TreeOptions {
  readonly file: FileHandle;
  readonly tree: Tree;
}
