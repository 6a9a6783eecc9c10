import * as z from 'zod';

export const buildSchema = z.object({
  version: z.string().describe('Semantic version'),
  build: z.number().int().describe('Seconds since the epoch at which it was built; orders builds of one version'),
});

/** Something a person should know of and can act on, such as a quarantined store. */
export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  at: z.number().int(),
});

export const daemonSchema = buildSchema.extend({
  apiVersion: z.number().int(),
  pid: z.number().int(),
  startedAt: z.number().int(),
  hostId: z.string(),
  dataDir: z.string(),
  logFile: z.string(),
  runtime: z.string().describe('The Node.js that runs the daemon, as path and version'),
  socket: z.string(),
  urls: z.array(z.string()).readonly().describe('TCP addresses it listens on'),
  binDir: z.string().describe('Folder with the devyard command, for the PATH of terminals'),
  problems: z.array(problemSchema).readonly(),
});

export const daemonLogSchema = z.object({ lines: z.array(z.string()) });
export const daemonLogQuery = z.strictObject({ lines: z.coerce.number().int().min(1).max(10_000).default(200) });
export const stopDaemonBody = z.strictObject({
  endRunning: z.boolean().describe('Also end what runs; else it goes on and the next daemon adopts it'),
});
export const acceptedSchema = z.object({ accepted: z.literal(true) });

export type DaemonInfo = z.infer<typeof daemonSchema>;
export type Problem = z.infer<typeof problemSchema>;
export type Build = z.infer<typeof buildSchema>;
