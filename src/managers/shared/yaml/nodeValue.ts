import type { TextRange } from './textPositions.ts';
import type { YamlNode } from './yamlTree.ts';

export type NodePath = readonly PropertyKey[];

/** Keys whose insides are read differently. */
export interface ValueRules {
  /** Everything below is the user's own data, in which null is a value like any other. */
  readonly free: ReadonlySet<string>;
  /** Maps names to things; a name without a thing would otherwise be missing without a word. */
  readonly named: ReadonlySet<string>;
}

/**
 * The plain value of a node. A key without a value (`server:` with everything below it commented out) counts as not given,
 * unless the rules say otherwise.
 */
export function valueOf(node: YamlNode, rules: ValueRules, keepNulls = false, keepEmpty = false): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'sequence':
      return node.items.map((item) => valueOf(item, rules, keepNulls));
    case 'mapping': {
      const object: Record<string, unknown> = {};
      for (const [key, { value }] of node.entries) {
        const plain = valueOf(value, rules, keepNulls || rules.free.has(key), rules.named.has(key));
        if (keepNulls || plain !== null || keepEmpty) object[key] = plain;
      }
      return object;
    }
  }
}

/** The node at a path; undefined where the file has none. */
export function nodeAt(root: YamlNode | undefined, path: NodePath): YamlNode | undefined {
  let node = root;
  for (const part of path) {
    if (node?.kind === 'sequence') node = node.items[Number(part)];
    else if (node?.kind === 'mapping') node = node.entries.get(String(part))?.value;
    else return undefined;
  }
  return node;
}

/** Where to point for a path: at the value, at the key where the value is large, else at what comes nearest above. */
export function rangeAt(root: YamlNode | undefined, path: NodePath): TextRange {
  const node = nodeAt(root, path);
  if (node !== undefined && (node.kind === 'scalar' || path.length === 0)) return node.range;
  return (node && keyRangeAt(root, path)) ?? node?.range ?? rangeAbove(root, path);
}

export function keyRangeAt(root: YamlNode | undefined, path: NodePath): TextRange | undefined {
  const parent = nodeAt(root, path.slice(0, -1));
  const key = path.at(-1);
  return parent?.kind === 'mapping' ? parent.entries.get(String(key))?.keyRange : undefined;
}

function rangeAbove(root: YamlNode | undefined, path: NodePath): TextRange {
  return path.length === 0 ? { start: 0, end: 0 } : rangeAt(root, path.slice(0, -1));
}

/** The paths of all mappings and what they hold, dotted, lists left whole. */
export function givenPaths(value: unknown, rules: ValueRules, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    return [here.join('.'), ...(rules.free.has(key) ? [] : givenPaths(inner, rules, here))];
  });
}
