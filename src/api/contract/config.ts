import * as z from 'zod';

/** Something wrong in a devbox.yaml. Lines and columns count from 1; the end is exclusive. */
export const configProblemSchema = z.object({
  line: z.number().int(),
  column: z.number().int(),
  endLine: z.number().int(),
  endColumn: z.number().int(),
  path: z.string().describe('Key, as in ui.workspace.default_type'),
  message: z.string(),
});

export const extensionGroupSchema = z.object({
  key: z.string(),
  name: z.string(),
  description: z.string(),
  extensions: z.array(z.string()).readonly(),
  userSettings: z.record(z.string(), z.unknown()),
});

export const templateSchema = z.object({
  name: z.string(),
  description: z.string(),
  extensionGroups: z.array(z.string()).readonly(),
  thumbnailUrl: z.string(),
  url: z.string().describe('Repository that is cloned'),
  iconLinks: z.array(z.object({ icon: z.string(), url: z.string() })).readonly(),
});

/** What holds now of devbox.yaml, whichever file that is. */
export const configSchema = z.object({
  path: z.string().nullable().describe('The file that is looked at, also while it is broken; null where there is none'),
  problems: z.array(configProblemSchema).readonly().describe('Of the file as it is now; the last good one holds'),
  extensionGroups: z.array(extensionGroupSchema).readonly(),
  defaultExtensionGroups: z.array(z.string()).readonly(),
  showAdvancedOptions: z.boolean(),
  darkMode: z.boolean(),
  autoRefreshIntervalMs: z.number().int(),
  defaultWorkspaceType: z.enum(['empty', 'folder', 'archive', 'git', 'template']),
  maxUploadSizeMb: z.number(),
  supportedArchiveTypes: z.array(z.string()).readonly(),
  defaultPort: z.number().int(),
  portRange: z.object({ start: z.number().int(), end: z.number().int() }),
  templateTabs: z.array(z.object({ name: z.string(), items: z.array(templateSchema).readonly() })).readonly(),
});

export const configQuery = z.strictObject({
  file: z.string().optional().describe('devbox.yaml of a trusted workspace, read instead'),
});
export const checkConfigSchema = z.strictObject({ text: z.string().max(1_000_000) });
export const checkedConfigSchema = z.object({ problems: z.array(configProblemSchema).readonly() });

export type DevboxConfigView = z.infer<typeof configSchema>;
export type ConfigProblem = z.infer<typeof configProblemSchema>;
