import * as z from 'zod';
import { devboxFileSchema } from './schema.ts';

/**
 * The JSON schema of devbox.yaml for editors, draft-07. It is kept in `schemas/devbox.schema.json`, which a unit test
 * compares with this (`vitest run --project unit test/unit/managers/codeServers/config/jsonSchema.test.ts -u` writes it).
 */
export function devboxJsonSchema(): object {
  return {
    ...z.toJSONSchema(devboxFileSchema, {
      target: 'draft-7',
      io: 'input',
      override: ({ zodSchema, jsonSchema }) => {
        // An object whose keys all have defaults is not “{} by default” to a reader.
        if (zodSchema instanceof z.ZodPrefault) delete jsonSchema.default;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    }),
    title: 'devbox.yaml',
  };
}
