import * as z from 'zod';

/** What a person set for this host. Comes from user settings or the CLI, never from a file in a workspace. */
export const settingsSchema = z.object({
  codeServerPath: z.string().describe('Executable to use; empty: the one on PATH, else the one Devyard installed'),
  portRange: z.object({ start: z.number().int().min(1024).max(65_535), end: z.number().int().min(1024).max(65_535) }),
  startTimeoutSeconds: z.number().int().min(5).max(3600).describe('How long a start may take before it has failed'),
  extensionGallery: z.string().describe('Address of a gallery like Open VSX; empty: what code-server uses by itself'),
  devboxConfigPath: z
    .string()
    .describe('The devbox.yaml to use; empty: the one in the data directory, if there is one'),
  codeServerAccess: z
    .enum(['devyard', 'password'])
    .describe(
      'Who lets people in to a code-server: Devyard, or code-server itself with a password; from its next start',
    ),
  devServerTools: z
    .record(z.string(), z.string())
    .readonly()
    .describe('Absolute paths of tools such as go or pnpm, instead of those on PATH'),
  devServerGraceSeconds: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .describe('How long what windows started runs on after the last one was closed'),
  stopGraceSeconds: z.number().int().min(0).max(600).describe('Between TERM and KILL'),
});
export const patchSettingsSchema = settingsSchema.partial().strict();

export type Settings = z.infer<typeof settingsSchema>;
