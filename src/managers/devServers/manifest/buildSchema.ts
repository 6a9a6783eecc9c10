import * as z from 'zod';
import { anyPort, command, dependsOn, duration, environment, name, path, text } from './schemaParts.ts';

export const matcherNames = ['go', 'tsc', 'esbuild', 'vite', 'eslint', 'cargo'] as const;

const watch = z
  .strictObject({
    include: z
      .array(text.max(500))
      .min(1)
      .max(200)
      .describe('Globs of files whose change builds again, from the root of the project on.')
      .meta({ examples: [['**/*.go', 'go.*']] }),
    exclude: z
      .array(text.max(500))
      .max(200)
      .optional()
      .describe('Globs of files that do not count.')
      .meta({ examples: [['**/vendor/**']] }),
    debounce: duration(0, 60_000)
      .optional()
      .describe('Quiet time after which further changes are built.')
      .meta({ default: '50ms' }),
  })
  .describe('Which changes build again. Without: it builds at the start and when asked to.');

const matcher = z.union(
  [
    z.enum(matcherNames),
    z.strictObject({
      name: name.describe('How the problems are labelled.'),
      pattern: text
        .max(2000)
        .describe(
          'A regular expression with named groups file, line, column, message, severity and code; only message is needed.',
        ),
    }),
  ],
  `must be one of ${matcherNames.join(', ')}, or a mapping with a name and a pattern`,
);

const deploy = z
  .strictObject({
    from: path.optional().describe('What is copied.').meta({ default: '${out}' }),
    to: path.describe(
      'Where to, replaced in one step: a path in the project, or an absolute one. ~ is your home folder.',
    ),
  })
  .describe('A file or folder that a good build puts in place.');

const reload = z
  .strictObject({
    restart: name.optional().describe('A process to restart.'),
    command: command.optional().describe(`A program to run. ${anyPort}`),
    cwd: path.optional().describe('Folder the command runs in, from the root of the project on.'),
    http: text
      .max(2048)
      .optional()
      .describe('A URL to ask. ${port:NAME} is the port of a process.')
      .meta({ examples: ['http://127.0.0.1:${port:server}/reload'] }),
    method: z.enum(['GET', 'POST', 'PUT']).optional().describe('How the URL is asked.').meta({ default: 'POST' }),
  })
  .refine(
    ({ restart, command, http }) => [restart, command, http].filter((each) => each !== undefined).length === 1,
    'must have one of restart, command and http. Begin a new “- ” for each',
  )
  .refine(({ cwd, command }) => cwd === undefined || command !== undefined, {
    error: 'is only for a command. Leave it out',
    path: ['cwd'],
  })
  .refine(({ method, http }) => method === undefined || http !== undefined, {
    error: 'is only for http. Leave it out',
    path: ['method'],
  })
  .describe('What makes running programs take in a good build.');

export const buildSchema = z
  .strictObject({
    cwd: path.optional().describe('Folder it runs in, from the root of the project on.').meta({ default: '.' }),
    dependsOn: dependsOn.optional().describe('What must be ready or good before it begins.'),
    command: command
      .optional()
      .describe(
        'Program and arguments, each an entry of its own; no shell reads them. Placeholders: ${out}, ${root}, ${env:NAME}, ${port:NAME}.',
      ),
    env: environment.optional().describe('Environment variables of this build, over those of the project.'),
    timeout: duration(100)
      .optional()
      .describe('A build that takes longer is ended and has failed.')
      .meta({ default: '10m' }),
    watch: watch.optional(),
    onChangeWhileBuilding: z
      .enum(['cancel', 'queue'])
      .optional()
      .describe('A change while it builds ends the build and begins anew, or is built after it.')
      .meta({ default: 'cancel' }),
    problems: z.array(matcher).max(20).optional().describe('How errors are found in the output.').meta({ default: [] }),
    out: path
      .optional()
      .describe(
        'What ${out} stands for, from the root of the project on. Default: .devyard/build/PROJECT/BUILD, which is not watched.',
      ),
    deploy: z
      .array(deploy)
      .max(100)
      .optional()
      .describe('What is put in place after a good build; the old one stays after a bad one.'),
    reload: z.array(reload).max(20).optional().describe('What happens after a good build was put in place.'),
  })
  .describe('A program that ends with a result, and runs again when sources change.');
