import * as z from 'zod';
import {
  anyPort,
  command,
  defaultPortRange,
  dependsOn,
  duration,
  environment,
  path,
  port,
  text,
} from './schemaParts.ts';

const portRange = z
  .strictObject({
    range: z
      .array(port)
      .length(2)
      .refine(([start = 0, end = 0]) => start <= end, 'must not end before it begins. Write the lower port first')
      .optional()
      .describe('First and last port that may be taken.')
      .meta({ default: [defaultPortRange.start, defaultPortRange.end] }),
    sticky: z
      .boolean()
      .optional()
      .describe('Take the same port again at the next start, when it is free.')
      .meta({ default: true }),
    retry: z
      .int()
      .min(0)
      .max(20)
      .optional()
      .describe('How often to start anew on another port when somebody was quicker.')
      .meta({ default: 3 }),
  })
  .describe('Which ports the process may listen on.');

const probe = z
  .strictObject({
    http: text
      .max(2048)
      .optional()
      .describe("A path of the process's own port, or a whole URL on this machine: any answer below 500 will do.")
      .meta({ examples: ['/'] }),
    log: text
      .max(1000)
      .optional()
      .describe('A regular expression that a line of output must match. ${port} may be part of it.')
      .meta({ examples: ['Local:.*${port}'] }),
    tcp: z
      .union([z.literal(true), port], 'must be true or a port from 1 to 65535')
      .optional()
      .describe("A port that takes connections; true: the process's own."),
  })
  .refine((given) => Object.keys(given).length === 1, 'must have one of http, log and tcp. Begin a new “- ” for each')
  .describe('One thing that shows that the process is ready.');

const restart = z
  .strictObject({
    policy: z
      .enum(['never', 'on-failure', 'always'])
      .optional()
      .describe('When to start it again after it ended by itself.')
      .meta({ default: 'on-failure' }),
    backoff: z
      .array(duration(10))
      .length(2)
      .optional()
      .describe('The wait before the first restart, and the longest one; each is twice the one before.')
      .meta({ default: ['1s', '30s'] }),
    max: z.int().min(0).max(1000).optional().describe('Give up after so many restarts in a row.').meta({ default: 5 }),
  })
  .describe('What happens when the process ends by itself.');

const stop = z
  .strictObject({
    signal: z
      .enum(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])
      .optional()
      .describe('What the process is asked to end with.')
      .meta({ default: 'SIGTERM' }),
    grace: duration(0, 300_000)
      .optional()
      .describe('How long it may take before it is killed.')
      .meta({ default: '5s' }),
  })
  .describe('How the process is ended.');

const debugType = z.enum(['node', 'go']);
const debug = z
  .union(
    [
      debugType,
      z.strictObject({
        type: debugType.describe('Which debugger attaches.'),
        port: port.optional().describe('Port of the inspector; one is chosen where none is given.'),
      }),
    ],
    'must be node, go, or a mapping such as { type: node, port: 9229 }',
  )
  .describe('How “Start and Debug” attaches a debugger.');

export const processSchema = z
  .strictObject({
    cwd: path.optional().describe('Folder it runs in, from the root of the project on.').meta({ default: '.' }),
    dependsOn: dependsOn
      .optional()
      .describe('Processes that must be ready, and builds that must be good, before it starts.'),
    command: command
      .optional()
      .describe(`Program and arguments, each an entry of its own; no shell reads them. ${anyPort}`),
    env: environment
      .optional()
      .describe(`Environment variables of this process, over those of the project. ${anyPort}`),
    port: z
      .union(
        [port, z.literal(true), portRange],
        'must be true, a port from 1 to 65535, or a mapping such as { range: [15173, 15272] }',
      )
      .optional()
      .describe('The port it listens on: true for one that is free, a number for always this one.'),
    ready: z
      .array(probe)
      .max(20)
      .optional()
      .describe('What must hold before it counts as ready. Without: an answer to http: / where it has a port.'),
    readyTimeout: duration(100)
      .optional()
      .describe('It is ended when it is not ready after so long.')
      .meta({ default: '30s' }),
    restart: restart.optional(),
    stop: stop.optional(),
    tty: z.boolean().optional().describe('Runs in a terminal that takes input.').meta({ default: false }),
    debug: debug.optional(),
  })
  .describe('A program that runs until it is stopped.');
