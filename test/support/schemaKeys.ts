interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

/** The dotted paths of all keys of a JSON schema, with what they say about themselves. */
export function schemaKeys(node: Node, path = ''): [string, string | undefined][] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, child]): [string, string | undefined][] => [
    [`${path}${key}`, child.description],
    ...schemaKeys(child, `${path}${key}.`),
  ]);
  const rest = typeof node.additionalProperties === 'object' ? schemaKeys(node.additionalProperties, `${path}*.`) : [];
  return [...inner, ...rest, ...(node.items ? schemaKeys(node.items, `${path}[].`) : [])];
}
