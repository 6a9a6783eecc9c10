import * as z from 'zod';

export const logLineSchema = z.object({
  kind: z.literal('line'),
  seq: z.number().int(),
  time: z.number().int().describe('Milliseconds since the epoch'),
  source: z.enum(['system', 'server', 'stdout', 'stderr']),
  from: z.string().optional().describe('The process or build that it comes from, where a log has several'),
  text: z.string(),
  continued: z.literal(true).optional().describe('The line goes on in the next entry of this source'),
});

export const logGapSchema = z.object({
  kind: z.literal('gap'),
  seq: z.number().int(),
  time: z.number().int(),
  droppedBytes: z.number().int(),
  droppedLines: z.number().int(),
});

export const logEntrySchema = z.discriminatedUnion('kind', [logLineSchema, logGapSchema]);

export const logsQuery = z.strictObject({
  lines: z.coerce.number().int().min(1).max(100_000).default(200),
  before: z.coerce.number().int().min(1).optional().describe('Only entries before this sequence number'),
});

export const logsSchema = z.object({ entries: z.array(logEntrySchema), lastSeq: z.number().int() });

export type LogEntryView = z.infer<typeof logEntrySchema>;
