/** One thing that an archive unpacks to, in the tree of all of them. */
export interface Node {
  readonly kind: 'folder' | 'file' | 'link';
  /** Where it lies on disk. */
  readonly path: string;
  readonly parent: Node | undefined;
  /** By folded name, see `foldName`. Folders only. */
  readonly children: Map<string, Node>;
  /** What a symbolic link says, as it stands in the archive. */
  readonly target?: string;
  /** Folders: settles when it is on disk. */
  readonly made?: Promise<void>;
}

/**
 * The key of a name among its siblings. The file systems of macOS and Windows take names that differ in case or Unicode
 * form for the same: links must be found there under every spelling, and the second of two such names is a duplicate.
 */
export function foldName(name: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'darwin' || platform === 'win32' ? name.normalize('NFC').toLowerCase() : name;
}

/** As Linux: more links than this in one path is a loop. */
const maxFollowed = 40;
const maxSteps = 10_000;

/**
 * Why a link may not be made, if so: followed the way a kernel does, through the other links of the archive too, it must
 * never climb above the root. What does not exist (yet) is taken for folders.
 */
export function escapes(link: Node, target: string): string | undefined {
  const readings = target.includes('\\') ? [target, target.replaceAll('\\', '/')] : [target];
  return readings.map((reading) => escapesAs(link, reading)).find((reason) => reason !== undefined);
}

function escapesAs(link: Node, target: string): string | undefined {
  let at = link.parent;
  /** How many parts deep we are in what does not exist below `at`. */
  let missing = 0;
  let followed = 0;
  const todo = target.split('/').toReversed();
  for (let steps = 0; todo.length > 0; steps++) {
    const part = todo.pop() ?? '';
    if (steps > maxSteps) return 'is a link through too many others';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (missing > 0) missing--;
      else if (at?.parent === undefined) return 'is a link to outside of the archive';
      else at = at.parent;
      continue;
    }
    const next: Node | undefined = missing > 0 ? undefined : at?.children.get(foldName(part));
    if (next === undefined) missing++;
    else if (next.target === undefined) at = next;
    else if (++followed > maxFollowed) return 'is a link in a loop of links';
    else todo.push(...next.target.split('/').toReversed());
  }
  return undefined;
}
