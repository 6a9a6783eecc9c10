import * as z from 'zod';

export const idSchema = z.uuid().describe('UUIDv7 of the resource');
export const idParams = z.object({ id: idSchema });

/** Error body of every native route. */
export const errorSchema = z.object({
  error: z.object({
    code: z.string().describe('Stable and machine-readable'),
    message: z.string(),
    hint: z.string().optional().describe('What to do next'),
    field: z.string().optional().describe('The input field that is wrong'),
  }),
});

export type ErrorBody = z.infer<typeof errorSchema>;
