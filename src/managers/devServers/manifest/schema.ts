import * as z from 'zod';
import { buildSchema } from './buildSchema.ts';
import { processSchema } from './processSchema.ts';
import { command, duration, environment, name, path, text } from './schemaParts.ts';

/**
 * The shape of devyard.yaml: keys as people write them. Nothing has a default here, because what is not said is filled in
 * by the preset first; what holds after that is in the files that make the plan.
 */

export const presetNames = [
  'omniview',
  'vite',
  'vscode-extension',
  'grafana',
  'obsidian',
  'backstage',
  'generic',
] as const;
export type PresetName = (typeof presetNames)[number];
const install = z
  .strictObject({
    when: text
      .max(4096)
      .regex(/^(?:always$|missing:[^\0]+)/, 'must be always, or missing: and a path, as in "missing:node_modules"')
      .describe('always, or “missing:” and the path whose absence makes it run, from the root of the project on.')
      .meta({ examples: ['missing:node_modules'] }),
    command: command.describe('Program and arguments, each an entry of its own; no shell reads them.'),
    cwd: path.optional().describe('Folder it runs in, from the root of the project on.').meta({ default: '.' }),
    timeout: duration(100).optional().describe('It is ended when it takes longer.').meta({ default: '5m' }),
  })
  .describe('What is run before the first start, such as the installation of packages.');

const project = z
  .strictObject({
    id: name.optional().describe('Names the project; unique in the file. May be left out where the preset knows it.'),
    root: path.optional().describe('Folder of the project, from the folder of this file on.').meta({ default: '.' }),
    preset: z
      .enum(presetNames)
      .optional()
      .describe(
        'A kind of project that fills in what is not said. Processes or builds that are given are completed by name; the others of the preset are left out then.',
      ),
    install: install.optional(),
    env: environment
      .optional()
      .describe('Environment variables of everything in the project. The values are never logged.'),
    envFile: path
      .optional()
      .describe('A file with more of them, one NAME=value a line; read at every start.')
      .meta({ examples: ['.env.local'] }),
    keepRunning: z.boolean().optional().describe('Stays up when the last window closes.').meta({ default: false }),
    processes: z.record(name, processSchema).optional().describe('Programs that run until they are stopped, by name.'),
    builds: z.record(name, buildSchema).optional().describe('Programs that make something out of sources, by name.'),
    external: z
      .strictObject({
        devinfo: path
          .optional()
          .describe('The .devinfo file that a plugin writes when it was started outside of Devyard.'),
      })
      .optional()
      .describe('How a plugin is found that was started elsewhere.'),
  })
  .describe('What belongs together and is started together.');

export const manifestSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format: 1.'),
    projects: z.array(project).min(1).max(100).describe('The projects of this folder.'),
  })
  .describe('Dev servers and builds that Devyard runs for this folder.');

type Frozen<T> = T extends (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** As written, defaults and preset not yet filled in. */
export type ManifestProject = Frozen<z.infer<typeof project>>;
export type ManifestProcess = Frozen<z.infer<typeof processSchema>>;
export type ManifestBuild = Frozen<z.infer<typeof buildSchema>>;
export type ManifestInstall = Frozen<z.infer<typeof install>>;
export type ManifestEnvironment = Frozen<z.infer<typeof environment>>;
export type Manifest = Frozen<z.infer<typeof manifestSchema>>;
