import { editorSchema } from '../../shared/yaml/jsonSchema.ts';
import { manifestSchema } from './schema.ts';

/**
 * The JSON schema of devyard.yaml for editors. It is kept in `schemas/devyard.schema.json`, which a unit test compares with
 * this (`vitest run --project unit test/unit/managers/devServers/manifest/jsonSchema.test.ts -u` writes it).
 */
export function devyardJsonSchema(): object {
  return editorSchema(manifestSchema, 'devyard.yaml');
}
