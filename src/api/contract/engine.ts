import * as z from 'zod';

/** The code-server executable that servers are started with. */
export const engineSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ready'),
    path: z.string(),
    version: z.string(),
    source: z.enum(['setting', 'path', 'devyard']),
  }),
  z.object({ status: z.literal('missing'), message: z.string(), hint: z.string() }),
  z.object({
    status: z.literal('tooOld'),
    path: z.string(),
    version: z.string(),
    minimum: z.string(),
    message: z.string(),
    hint: z.string(),
  }),
  z.object({
    status: z.literal('installing'),
    version: z.string(),
    step: z.string().describe('What it is doing, for people'),
    stepIndex: z.number().int().min(1),
    stepCount: z.number().int().min(1),
    since: z.number().int(),
  }),
  z.object({
    status: z.literal('installFailed'),
    message: z.string(),
    hint: z.string(),
    lastLines: z.array(z.string()).readonly(),
  }),
]);

export type Engine = z.infer<typeof engineSchema>;
