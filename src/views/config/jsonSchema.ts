import type { YamlPath } from './yamlContext.ts';

/** As much of a JSON schema as those of Devyard's own files use. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly JsonSchema[];
}

/** What holds at a path of the file; undefined for keys that the schema does not know. */
export function schemaAt(root: JsonSchema, path: YamlPath): JsonSchema | undefined {
  let at: JsonSchema | undefined = root;
  for (const step of path) {
    if (at === undefined) return undefined;
    const here = withAlternatives(at);
    at = step === '[]' ? here.items : (ownProperty(here, step) ?? rest(here));
  }
  return at && withAlternatives(at);
}

/**
 * One schema for what may be written in several ways: with the keys, the entries and the values that any of them has. A list
 * of fixed values is then no longer all there is, so that its type is not said.
 */
function withAlternatives(schema: JsonSchema): JsonSchema {
  const { anyOf, ...common } = schema;
  if (anyOf === undefined) return schema;
  const all = anyOf.map(withAlternatives);
  const items = all.find((one) => one.items !== undefined)?.items;
  const values = all.flatMap(valuesOf);
  return {
    ...common,
    properties: Object.assign({}, ...all.map(({ properties }) => properties)) as Record<string, JsonSchema>,
    ...(items === undefined ? {} : { items }),
    ...(values.length === 0 ? {} : { enum: values, examples: values }),
  };
}

function valuesOf({ type, enum: all, const: only }: JsonSchema): readonly unknown[] {
  if (only !== undefined) return [only];
  return all ?? (type === 'boolean' ? [true, false] : []);
}

function ownProperty({ properties }: JsonSchema, key: string): JsonSchema | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

const rest = ({ additionalProperties }: JsonSchema): JsonSchema | undefined =>
  typeof additionalProperties === 'object' ? additionalProperties : undefined;
