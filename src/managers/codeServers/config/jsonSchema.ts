import { editorSchema } from '../../shared/yaml/jsonSchema.ts';
import { devboxFileSchema } from './schema.ts';

/**
 * The JSON schema of devbox.yaml for editors. It is kept in `schemas/devbox.schema.json`, which a unit test
 * compares with this (`vitest run --project unit test/unit/managers/codeServers/config/jsonSchema.test.ts -u` writes it).
 */
export function devboxJsonSchema(): object {
  return editorSchema(devboxFileSchema, 'devbox.yaml');
}
