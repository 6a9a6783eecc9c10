import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { devyardJsonSchema } from '../../../../../src/managers/devServers/manifest/jsonSchema.ts';

const file = resolve(import.meta.dirname, '../../../../../schemas/devyard.schema.json');

test('the schema that editors get is the one the daemon checks with (write it anew with vitest -u)', async () => {
  const text = await format(JSON.stringify(devyardJsonSchema()), { ...(await resolveConfig(file)), parser: 'json' });
  await expect(text).toMatchFileSnapshot(file);
});

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

/** The dotted paths of all keys, with what they say about themselves. */
function keys(node: Node, path = ''): [string, string | undefined][] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, child]): [string, string | undefined][] => [
    [`${path}${key}`, child.description],
    ...keys(child, `${path}${key}.`),
  ]);
  const rest = typeof node.additionalProperties === 'object' ? keys(node.additionalProperties, `${path}*.`) : [];
  return [...inner, ...rest, ...(node.items ? keys(node.items, `${path}[].`) : [])];
}

test('every key is explained', () => {
  const all = keys(devyardJsonSchema());
  expect(all.length).toBeGreaterThan(30);
  expect(all.filter(([, description]) => (description ?? '') === '')).toEqual([]);
});
