import * as z from 'zod';
import { idSchema } from './common.ts';

const timestamp = z.number().int().describe('Milliseconds since the epoch');

const runSchema = z.object({
  runId: z.uuid(),
  pid: z.number().int().positive(),
  startedAt: timestamp,
  adopted: z.boolean().describe('True when this daemon did not spawn it but took it over'),
  access: z
    .enum(['devyard', 'password'])
    .default('devyard')
    .describe('Who lets people in: Devyard on its port, or code-server itself there, with a password'),
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

/** What a code-server's folder was made from. */
export const workspaceOriginSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('empty') }),
  z.object({ type: z.literal('folder') }),
  z.object({ type: z.literal('archive'), name: z.string().describe('File name of the archive') }),
  z.object({ type: z.literal('git'), url: z.string(), branch: z.string().optional() }),
  z.object({ type: z.literal('template'), tab: z.string(), name: z.string(), url: z.string() }),
  z.object({ type: z.literal('copy'), name: z.string().describe('Of the code-server it is a copy of') }),
]);

export const codeServerSchema = z.object({
  id: idSchema,
  name: z.string(),
  folder: z.string().describe('Absolute path of the opened folder'),
  folderOwned: z.boolean().describe('True when Devyard made the folder and may erase it'),
  port: z.number().int().min(1).max(65_535),
  url: z.string().describe('Where it is served; only for who holds a ticket, a cookie, the token or its password'),
  createdAt: timestamp,
  args: z.array(z.string()).readonly(),
  env: z.record(z.string(), z.string()).readonly(),
  memoryLimitMb: z.number().int().nullable(),
  origin: workspaceOriginSchema,
  extensions: z.array(z.string()).readonly().describe('Extensions that Devyard installed'),
  extensionGroups: z.array(z.string()).readonly().describe('Keys of the extension groups it was given'),
  autoStart: z.boolean().describe('Starts when Devyard does'),
  stopWhenIdleMinutes: z.number().int().nullable().describe('Stops after this long without a connected browser'),
  hostId: z.string(),
  state: codeServerStateSchema,
  metrics: metricsSchema.nullable(),
});

const branch = z.string().max(255).optional().describe('Branch or tag; the default branch when missing');

/** Where the files of a folder that Devyard makes come from. */
export const workspaceSourceSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('archive'),
    path: z.string().describe("Absolute path of a .zip or .tar.gz file on the daemon's host"),
  }),
  z.strictObject({ type: z.literal('git'), url: z.string().max(2048).describe('https, ssh or file path'), branch }),
  z.strictObject({
    type: z.literal('template'),
    name: z.string(),
    tab: z.string().optional().describe('Needed where two tabs have a template of this name'),
  }),
]);

/** What a code-server is given when it is made, or later. */
const outfit = {
  extensions: z.array(z.string()).max(200).optional().describe('publisher.name, or absolute paths of .vsix files'),
  extensionGroups: z.array(z.string()).max(50).optional().describe('Keys or names of groups in devbox.yaml'),
  configFile: z
    .string()
    .optional()
    .describe('devbox.yaml of a trusted workspace, for the groups and templates that are named here'),
};

const stopWhenIdleMinutes = z.number().int().min(1).max(10_080).nullable().optional();

export const createCodeServerSchema = z.strictObject({
  name: z.string().describe('A label: 1 to 64 characters without control characters, slashes or backslashes'),
  folder: z.string().optional().describe('Absolute path of an existing folder; an empty one is made when missing'),
  source: workspaceSourceSchema.optional().describe('Instead of `folder`: what a new folder is filled with'),
  ...outfit,
  settings: z.record(z.string(), z.unknown()).optional().describe('Merged into its User/settings.json'),
  autoStart: z.boolean().optional().describe('Start it whenever Devyard starts'),
  stopWhenIdleMinutes,
  wait: z.boolean().optional().describe('Answer when folder and extensions are there; else it is a job that goes on'),
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
  autoStart: z.boolean().optional(),
  stopWhenIdleMinutes,
});

export const duplicateCodeServerSchema = z.strictObject({
  name: z.string().optional().describe('"NAME copy" when missing'),
  copyWorkspace: z
    .boolean()
    .optional()
    .describe('Copy the folder. Default: true for a folder that Devyard made; else both open the same one'),
  wait: z.boolean().optional(),
});

export const installExtensionsSchema = z.strictObject(outfit);

export const applySettingsSchema = z.strictObject({
  extensionGroup: z.string().optional().describe('Key or name of a group whose user_settings to merge'),
  configFile: outfit.configFile,
  settings: z.record(z.string(), z.unknown()).optional().describe('Further settings to merge'),
});
export const appliedSettingsSchema = z.object({
  file: z.string().describe("Absolute path of the server's User/settings.json"),
  changed: z.array(z.string()).describe('Top-level keys whose value is different now'),
});

export const metricsHistorySchema = z.object({
  samples: z
    .array(z.object({ at: timestamp, cpuPercent: z.number(), memoryBytes: z.number().int() }))
    .describe('Oldest first. In memory only: begins anew with the daemon'),
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

export const fillWorkspaceSchema = z.strictObject({ source: workspaceSourceSchema, configFile: outfit.configFile });

export const waitBody = z.strictObject({ wait: z.boolean().optional().describe('Answer when it runs or has failed') });

export const openCodeServerSchema = z.strictObject({
  host: z
    .string()
    .max(255)
    .regex(/^[\w.:[\]-]+$/)
    .optional()
    .describe('host[:port] under which the browser will see it, when not the loopback address'),
  through: z
    .enum(['port', 'proxy'])
    .optional()
    .describe(
      "Its own port (default), or /vscode/PORT/ on the daemon's address, which must listen on TCP; on this machine under a name below .localhost unless `host` is given",
    ),
});
export const openedCodeServerSchema = z.object({
  url: z.string().describe('Loopback address; with a ticket in the query that works once, unless there is a password'),
  expiresAt: timestamp.describe('Milliseconds since the epoch; with a password, which does not expire, the last date'),
  password: z.string().optional().describe('What code-server itself asks for when it was started with a password'),
});

export type CodeServer = z.infer<typeof codeServerSchema>;
export type CodeServerState = z.infer<typeof codeServerStateSchema>;
export type WorkspaceOrigin = z.infer<typeof workspaceOriginSchema>;
