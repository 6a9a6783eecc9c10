import type { YamlPath } from './yamlContext.ts';

/** As much of a JSON schema as the one of devbox.yaml uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What holds at a path of the file; undefined for keys that the schema does not know. */
export function schemaAt(root: JsonSchema, path: YamlPath): JsonSchema | undefined {
  let at: JsonSchema | undefined = root;
  for (const step of path) {
    if (at === undefined) return undefined;
    at = step === '[]' ? at.items : (ownProperty(at, step) ?? rest(at));
  }
  return at;
}

function ownProperty({ properties }: JsonSchema, key: string): JsonSchema | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

const rest = ({ additionalProperties }: JsonSchema): JsonSchema | undefined =>
  typeof additionalProperties === 'object' ? additionalProperties : undefined;
