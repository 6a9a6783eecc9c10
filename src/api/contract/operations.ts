import type * as z from 'zod';
import {
  codeServerSchema,
  createCodeServerSchema,
  deleteCodeServerQuery,
  deletedCodeServerSchema,
  openCodeServerSchema,
  openedCodeServerSchema,
  patchCodeServerSchema,
  waitBody,
} from './codeServers.ts';
import { idParams } from './common.ts';
import {
  acceptedSchema,
  buildSchema,
  daemonLogQuery,
  daemonLogSchema,
  daemonSchema,
  stopDaemonBody,
} from './daemon.ts';
import { engineSchema } from './engine.ts';
import { logsQuery, logsSchema } from './logs.ts';
import type { OperationId } from './routes.ts';
import { patchSettingsSchema, settingsSchema } from './settings.ts';

interface Operation {
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly status: 200 | 201 | 202;
  readonly response: z.ZodType;
}

/** What every operation takes and gives. One contract for editor, command line, browser and scripts. */
export const operations = {
  'daemon.get': { summary: 'The daemon: version, place, problems', status: 200, response: daemonSchema },
  'daemon.log': {
    summary: "The newest lines of the daemon's own log",
    query: daemonLogQuery,
    status: 200,
    response: daemonLogSchema,
  },
  'daemon.handOver': {
    summary: 'Make room for a strictly newer build; what runs goes on',
    body: buildSchema,
    status: 202,
    response: acceptedSchema,
  },
  'daemon.stop': { summary: 'End the daemon', body: stopDaemonBody, status: 202, response: acceptedSchema },
  'settings.get': { summary: 'Settings of this host', status: 200, response: settingsSchema },
  'settings.patch': {
    summary: 'Change settings of this host',
    body: patchSettingsSchema,
    status: 200,
    response: settingsSchema,
  },
  'codeServers.list': { summary: 'All code-servers', status: 200, response: codeServerSchema.array() },
  'codeServers.create': {
    summary: 'Create a code-server (accepts Idempotency-Key)',
    body: createCodeServerSchema,
    status: 201,
    response: codeServerSchema,
  },
  'codeServers.get': { summary: 'One code-server', params: idParams, status: 200, response: codeServerSchema },
  'codeServers.patch': {
    summary: 'Rename a code-server or change what it starts with',
    params: idParams,
    body: patchCodeServerSchema,
    status: 200,
    response: codeServerSchema,
  },
  'codeServers.delete': {
    summary: 'Stop and delete a code-server',
    params: idParams,
    query: deleteCodeServerQuery,
    status: 200,
    response: deletedCodeServerSchema,
  },
  'codeServers.start': { summary: 'Start', params: idParams, body: waitBody, status: 202, response: codeServerSchema },
  'codeServers.stop': {
    summary: 'Stop; answers after the exit',
    params: idParams,
    status: 200,
    response: codeServerSchema,
  },
  'codeServers.restart': {
    summary: 'Stop, then start',
    params: idParams,
    body: waitBody,
    status: 202,
    response: codeServerSchema,
  },
  'codeServers.open': {
    summary: 'A ticket to open the server in a browser',
    params: idParams,
    body: openCodeServerSchema,
    status: 200,
    response: openedCodeServerSchema,
  },
  'codeServers.logs': {
    summary: 'The newest log entries',
    params: idParams,
    query: logsQuery,
    status: 200,
    response: logsSchema,
  },
  'engine.get': { summary: 'The code-server executable in use', status: 200, response: engineSchema },
  'engine.install': {
    summary: "Install code-server into Devyard's data directory",
    status: 202,
    response: engineSchema,
  },
  'engine.cancel': { summary: 'Cancel the installation', status: 200, response: engineSchema },
} as const satisfies Record<OperationId, Operation>;

type Operations = typeof operations;
type Part<Id extends OperationId, Key extends string> =
  Operations[Id] extends Record<Key, infer Schema extends z.ZodType> ? Schema : never;
type Given<Key extends string, Schema> = [Schema] extends [never]
  ? unknown
  : Record<Key, z.input<Extract<Schema, z.ZodType>>>;

/** What a caller passes to an operation: the parts it has, nothing else. */
export type OperationInput<Id extends OperationId> = Given<'params', Part<Id, 'params'>> &
  Given<'query', Part<Id, 'query'>> &
  Given<'body', Part<Id, 'body'>>;
export type OperationOutput<Id extends OperationId> = z.output<Operations[Id]['response']>;
