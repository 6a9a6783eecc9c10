import * as z from 'zod';

/** The JSON schema of a configuration file for editors, draft-07: of what people write, not of what is read out of it. */
export function editorSchema(schema: z.ZodType, title: string): object {
  return {
    ...z.toJSONSchema(schema, {
      target: 'draft-7',
      io: 'input',
      override: ({ zodSchema, jsonSchema }) => {
        // An object whose keys all have defaults is not “{} by default” to a reader.
        if (zodSchema instanceof z.ZodPrefault) delete jsonSchema.default;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    }),
    title,
  };
}
