import * as z from 'zod';
import { idSchema } from './common.ts';

const timestamp = z.number().int().describe('Milliseconds since the epoch');

const jobErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  field: z.string().optional(),
});

/** Long work that belongs to a resource and outlives the window that asked for it. */
export const jobSchema = z.object({
  id: idSchema,
  kind: z.string().describe('Such as codeServer.create'),
  resourceId: idSchema.describe('What it works on'),
  title: z.string().describe('For people'),
  createdAt: timestamp,
  items: z
    .array(
      z.object({
        name: z.string(),
        status: z.enum(['waiting', 'running', 'done', 'failed']),
        message: z.string().optional(),
      }),
    )
    .readonly()
    .describe('Parts that can fail by themselves, such as one extension'),
  state: z.discriminatedUnion('status', [
    z.object({
      status: z.literal('running'),
      step: z.string().describe('What it is doing, for people'),
      fraction: z.number().min(0).max(1).nullable(),
    }),
    z.object({ status: z.literal('succeeded'), at: timestamp }),
    z.object({ status: z.literal('partial'), at: timestamp, error: jobErrorSchema }),
    z.object({ status: z.literal('failed'), at: timestamp, error: jobErrorSchema }),
    z.object({ status: z.literal('cancelled'), at: timestamp }),
  ]),
});

export type Job = z.infer<typeof jobSchema>;
