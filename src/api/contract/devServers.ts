import * as z from 'zod';
import { idSchema } from './common.ts';

const timestamp = z.number().int().describe('Milliseconds since the epoch');

const failure = {
  at: timestamp,
  reason: z.string(),
  hint: z.string().optional(),
};

/** How a process or build stands, in the words of the original. */
export const partStatuses = ['idle', 'starting', 'building', 'running', 'ready', 'error', 'stopped'] as const;
const partStatus = z.enum(partStatuses);

const processRunSchema = z.object({
  runId: z.uuid(),
  pid: z.number().int().positive(),
  startedAt: timestamp,
  adopted: z.boolean().describe('True when this daemon did not spawn it but took it over'),
  port: z.number().int().nullable(),
  url: z.string().nullable().describe('Where its page is'),
  debugPort: z.number().int().nullable().describe('Where a debugger attaches'),
});

/** A long-running process of a project. Nothing comes after *stopped* but a new start. */
export const devProcessStateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('idle') }),
  z.object({ status: z.literal('starting'), since: timestamp, step: z.string().describe('What it does, for people') }),
  z.object({
    status: z.literal('running'),
    run: processRunSchema,
    waitingFor: z.array(z.string()).readonly().describe('What it is not ready without, for people'),
  }),
  z.object({ status: z.literal('ready'), run: processRunSchema, readyAt: timestamp }),
  z.object({
    status: z.literal('error'),
    ...failure,
    exitCode: z.number().int().nullable(),
    signal: z.string().nullable(),
    lastLines: z.array(z.string()).readonly().describe('The last log lines before it ended'),
    retryAt: timestamp.optional().describe('When it is started again by itself'),
    attempt: z.number().int().describe('Restarts in a row so far'),
  }),
  z.object({ status: z.literal('stopped'), at: timestamp }),
]);

export const devBuildStateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('idle') }),
  z.object({ status: z.literal('starting'), since: timestamp, step: z.string() }),
  z.object({ status: z.literal('building'), since: timestamp, step: z.string() }),
  z.object({ status: z.literal('ready'), at: timestamp, durationMs: z.number().int() }),
  z.object({ status: z.literal('error'), ...failure, durationMs: z.number().int().nullable() }),
  z.object({ status: z.literal('stopped'), at: timestamp }),
]);

export const buildProblemSchema = z.object({
  file: z.string().describe('Absolute path; empty where the tool named none'),
  line: z.number().int().describe('From 1; 0 where the tool named none'),
  column: z.number().int().describe('From 1; 0 where the tool named none'),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
  code: z.string().optional(),
  source: z.string().describe('Who found it'),
});

export const devProcessSchema = z.object({
  name: z.string(),
  dependsOn: z.array(z.string()).readonly(),
  tty: z.boolean().describe('Runs in a terminal that takes input'),
  debug: z.enum(['node', 'go']).nullable().describe('How a debugger attaches'),
  state: devProcessStateSchema,
});

export const devBuildSchema = z.object({
  name: z.string(),
  dependsOn: z.array(z.string()).readonly(),
  watching: z.boolean().describe('Builds again when a file changes'),
  state: devBuildStateSchema,
  problems: z.array(buildProblemSchema).readonly().describe('Of the last build that ended'),
});

/** What an externally run plugin says of itself in its .devinfo file. */
export const devinfoSchema = z.object({
  pid: z.number().int(),
  protocol: z.string(),
  protocolVersion: z.number().int(),
  addr: z.string(),
  vitePort: z.number().int().optional(),
  pluginId: z.string().optional(),
  version: z.string().optional(),
  startedAt: z.string().optional(),
});

/** A project with its processes and builds. What is not known is absent, never guessed. */
export const devServerSchema = z.object({
  id: idSchema,
  pluginID: z.string().describe('As devyard.yaml names the project'),
  mode: z.enum(['idle', 'managed', 'external']),
  devPath: z.string().describe('Absolute path of the project'),
  vitePort: z.number().int().optional(),
  viteURL: z.string().optional(),
  viteStatus: partStatus.optional().describe('Of the first process with a page'),
  goStatus: partStatus.optional().describe('Of the first build'),
  lastBuildDuration: z.number().int().optional().describe('Nanoseconds'),
  lastBuildTime: z.string().optional().describe('RFC 3339'),
  lastError: z.string().optional(),
  grpcConnected: z.boolean().optional().describe('Only of an external one: its address answers'),
  status: partStatus.describe('Of the project as a whole'),
  stopping: z.boolean(),
  manifest: z.string().nullable().describe('Absolute path of its devyard.yaml; null where a preset was recognised'),
  preset: z.string().nullable(),
  trusted: z.boolean().describe('False: nothing of it runs until somebody trusts what its manifest says now'),
  manifestHash: z.string().describe('What a trust is given for'),
  problem: z.string().optional().describe('Why its manifest cannot be used now'),
  manifestChanged: z.boolean().describe('It runs by an older manifest; the new one holds from the next start'),
  keepRunning: z.boolean().describe('Stays up when the last window closes'),
  processes: z.array(devProcessSchema).readonly(),
  builds: z.array(devBuildSchema).readonly(),
  external: devinfoSchema.nullable(),
  createdAt: timestamp,
  hostId: z.string(),
});

export const addDevServersSchema = z.strictObject({
  path: z.string().describe("Absolute path of a project's folder, or of its devyard.yaml"),
  trust: z
    .boolean()
    .optional()
    .describe('What its manifest says now may run. Only on the local socket: a trusted window, or the command line'),
});

export const devServerParams = z.object({
  id: z.string().max(200).describe('The id, or the pluginID where only one project has it'),
});
export const devProcessParams = z.object({ ...devServerParams.shape, process: z.string().max(64) });

export const startDevServerSchema = z.strictObject({
  wait: z.boolean().optional().describe('Answer when all of it is ready, or something failed'),
  trust: z.string().optional().describe('The manifestHash that may run; only on the local socket'),
  debug: z.boolean().optional().describe('Let debuggers attach to the processes that allow it'),
  window: z.boolean().optional().describe('An editor window starts it: it stops with the last one'),
});

export const rebuildDevServerSchema = z.strictObject({
  build: z.string().optional().describe('Only this build; all of them when missing'),
});
export const rebuiltSchema = z.object({
  success: z.boolean(),
  builds: z.array(z.object({ name: z.string(), success: z.boolean(), error: z.string().optional() })),
  devServer: devServerSchema,
});

export const trustDevServerSchema = z.strictObject({ hash: z.string().describe('The manifestHash that was shown') });

export const devServerLogsQuery = z.strictObject({
  count: z.coerce.number().int().min(1).max(100_000).default(200),
  before: z.coerce.number().int().min(1).optional().describe('Only entries before this sequence number'),
  source: z.string().optional().describe('Only of this process or build, or "manager"'),
  search: z.string().max(200).optional().describe('Only lines that contain this text, in whatever case'),
});

/** A log line in the words of the original. */
export const devServerLogEntrySchema = z.object({
  seq: z.number().int(),
  timestamp: z.string().describe('RFC 3339'),
  source: z.string().describe('Process or build; "manager" for what Devyard says'),
  level: z.enum(['info', 'warn', 'error', 'debug']),
  message: z.string(),
  pluginID: z.string(),
  continued: z.literal(true).optional().describe('The line goes on in the next entry of this source'),
});
export const devServerLogsSchema = z.object({ entries: z.array(devServerLogEntrySchema), lastSeq: z.number().int() });

export const externalSchema = z.object({ external: devinfoSchema.nullable() });

export const terminalInputSchema = z.strictObject({
  input: z.string().max(100_000).optional(),
  columns: z.number().int().min(1).max(1000).optional(),
  rows: z.number().int().min(1).max(1000).optional(),
});

export const proposeDevServersSchema = z.strictObject({ path: z.string().describe('Absolute path of a folder') });
export const proposalSchema = z.object({
  source: z.string().describe('What it was read from, such as package.json'),
  path: z.string().describe('Where its devyard.yaml belongs'),
  text: z.string().describe('A devyard.yaml to look at and accept; nothing of it has run'),
  notes: z.array(z.string()).readonly().describe('What could not be taken over, and why'),
});

export const checkManifestSchema = z.strictObject({
  path: z.string().describe('Absolute path of the devyard.yaml'),
  text: z.string().max(1_100_000),
});

export type DevServer = z.infer<typeof devServerSchema>;
export type DevProcess = z.infer<typeof devProcessSchema>;
export type DevBuild = z.infer<typeof devBuildSchema>;
export type BuildProblemView = z.infer<typeof buildProblemSchema>;
export type DevServerLogEntry = z.infer<typeof devServerLogEntrySchema>;
