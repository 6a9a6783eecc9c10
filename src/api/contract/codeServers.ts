import * as z from 'zod';
import { idSchema } from './common.ts';

const timestamp = z.number().int().describe('Milliseconds since the epoch');

const runSchema = z.object({
  runId: z.uuid(),
  pid: z.number().int().positive(),
  startedAt: timestamp,
  adopted: z.boolean().describe('True when this daemon did not spawn it but took it over'),
});

/** A code-server's state: what can be known about it depends on the status. */
export const codeServerStateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('creating') }),
  z.object({ status: z.literal('stopped') }),
  z.object({
    status: z.literal('starting'),
    since: timestamp,
    step: z.string().describe('What it is doing, for people'),
  }),
  z.object({ status: z.literal('running'), run: runSchema }),
  z.object({ status: z.literal('unhealthy'), run: runSchema, reason: z.string(), since: timestamp }),
  z.object({ status: z.literal('stopping'), since: timestamp }),
  z.object({
    status: z.literal('failed'),
    at: timestamp,
    reason: z.string(),
    hint: z.string().optional(),
    exitCode: z.number().int().nullable(),
    signal: z.string().nullable(),
    lastLines: z.array(z.string()).readonly().describe('The last log lines before it failed'),
  }),
]);

export const metricsSchema = z.object({
  cpuPercent: z.number().describe('Of the whole process tree over the last interval; 100 = one core'),
  memoryBytes: z.number().int().describe('Resident memory of the whole process tree'),
  processes: z.number().int(),
  sampledAt: timestamp,
});

export const codeServerSchema = z.object({
  id: idSchema,
  name: z.string(),
  folder: z.string().describe('Absolute path of the opened folder'),
  folderOwned: z.boolean().describe('True when Devyard made the folder and may erase it'),
  port: z.number().int().min(1).max(65_535),
  url: z.string().describe('Where it is served; only for who holds a ticket, a cookie or the token'),
  createdAt: timestamp,
  args: z.array(z.string()).readonly(),
  env: z.record(z.string(), z.string()).readonly(),
  memoryLimitMb: z.number().int().nullable(),
  hostId: z.string(),
  state: codeServerStateSchema,
  metrics: metricsSchema.nullable(),
});

export const createCodeServerSchema = z.strictObject({
  name: z.string().describe('A label: 1 to 64 characters without control characters, slashes or backslashes'),
  folder: z.string().optional().describe('Absolute path of an existing folder; an empty one is made when missing'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Must lie in the configured range; the first free one when missing'),
  args: z.array(z.string()).optional().describe('Further code-server arguments'),
  env: z.record(z.string(), z.string()).optional().describe('Further environment variables'),
  memoryLimitMb: z.number().int().min(128).nullable().optional().describe("Limit of the server's JavaScript heap"),
  start: z.boolean().optional().describe('Start it at once'),
});

export const patchCodeServerSchema = z.strictObject({
  name: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  memoryLimitMb: z.number().int().min(128).nullable().optional(),
});

export const deleteCodeServerQuery = z.strictObject({
  keepWorkspace: z
    .enum(['true', 'false'])
    .optional()
    .describe('Keep the folder. Default: true for a folder that existed before, else false'),
});

export const deletedCodeServerSchema = z.object({
  id: idSchema,
  erased: z.array(z.string()).describe('Absolute paths that were erased'),
  kept: z.array(z.string()).describe('Absolute paths that were left alone'),
});

export const waitBody = z.strictObject({ wait: z.boolean().optional().describe('Answer when it runs or has failed') });

export const openCodeServerSchema = z.strictObject({
  host: z
    .string()
    .max(255)
    .regex(/^[\w.:[\]-]+$/)
    .optional()
    .describe('host[:port] under which the browser will see it, when not the loopback address'),
});
export const openedCodeServerSchema = z.object({
  url: z.string().describe('Loopback address with a ticket in the query that works once'),
  expiresAt: timestamp,
});

export type CodeServer = z.infer<typeof codeServerSchema>;
export type CodeServerState = z.infer<typeof codeServerStateSchema>;
export type CodeServerMetrics = z.infer<typeof metricsSchema>;
