import type * as z from 'zod';
import {
  appliedSettingsSchema,
  applySettingsSchema,
  codeServerSchema,
  createCodeServerSchema,
  deleteCodeServerQuery,
  deletedCodeServerSchema,
  duplicateCodeServerSchema,
  fillWorkspaceSchema,
  installExtensionsSchema,
  metricsHistorySchema,
  openCodeServerSchema,
  openedCodeServerSchema,
  patchCodeServerSchema,
  waitBody,
} from './codeServers.ts';
import { idParams } from './common.ts';
import { checkConfigSchema, checkedConfigSchema, configQuery, configSchema } from './config.ts';
import {
  acceptedSchema,
  buildSchema,
  daemonLogQuery,
  daemonLogSchema,
  daemonSchema,
  stopDaemonBody,
} from './daemon.ts';
import {
  addDevServersSchema,
  checkManifestSchema,
  devProcessParams,
  devServerLogsQuery,
  devServerLogsSchema,
  devServerParams,
  devServerSchema,
  externalSchema,
  proposalSchema,
  proposeDevServersSchema,
  rebuildDevServerSchema,
  rebuiltSchema,
  startDevServerSchema,
  terminalInputSchema,
  trustDevServerSchema,
} from './devServers.ts';
import { dokployOperations } from './dokployOperations.ts';
import { engineSchema } from './engine.ts';
import { jobSchema } from './jobs.ts';
import { logsQuery, logsSchema } from './logs.ts';
import type { Operation } from './operation.ts';
import type { OperationId } from './routes.ts';
import { patchSettingsSchema, settingsSchema } from './settings.ts';

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
  'codeServers.metrics': {
    summary: 'CPU and memory over time',
    params: idParams,
    status: 200,
    response: metricsHistorySchema,
  },
  'codeServers.duplicate': {
    summary: 'Create a code-server like this one (accepts Idempotency-Key)',
    params: idParams,
    body: duplicateCodeServerSchema,
    status: 201,
    response: codeServerSchema,
  },
  'codeServers.installExtensions': {
    summary: 'Install extensions, or the extensions and settings of groups, as a job',
    params: idParams,
    body: installExtensionsSchema,
    status: 202,
    response: jobSchema,
  },
  'codeServers.applySettings': {
    summary: "Merge settings into the server's own, keeping comments",
    params: idParams,
    body: applySettingsSchema,
    status: 200,
    response: appliedSettingsSchema,
  },
  'codeServers.fillWorkspace': {
    summary: 'Fill the empty folder that Devyard made for a stopped code-server, as a job',
    params: idParams,
    body: fillWorkspaceSchema,
    status: 202,
    response: jobSchema,
  },
  'devServers.list': { summary: 'All projects with dev servers', status: 200, response: devServerSchema.array() },
  'devServers.add': {
    summary: "Add the projects that a folder's devyard.yaml declares, or what a preset recognises there",
    body: addDevServersSchema,
    status: 201,
    response: devServerSchema.array(),
  },
  'devServers.propose': {
    summary: 'What a devyard.yaml of a folder could say, read from package.json, tasks.json, Procfile and compose file',
    body: proposeDevServersSchema,
    status: 200,
    response: proposalSchema.array(),
  },
  'devServers.check': {
    summary: 'What is wrong in the text of a devyard.yaml',
    body: checkManifestSchema,
    status: 200,
    response: checkedConfigSchema,
  },
  'devServers.get': { summary: 'One project', params: devServerParams, status: 200, response: devServerSchema },
  'devServers.delete': {
    summary: 'Stop and forget a project; its files stay',
    params: devServerParams,
    status: 200,
    response: devServerSchema,
  },
  'devServers.trust': {
    summary: 'Let what its manifest says run; only on the local socket',
    params: devServerParams,
    body: trustDevServerSchema,
    status: 200,
    response: devServerSchema,
  },
  'devServers.start': {
    summary: 'Start its builds and processes',
    params: devServerParams,
    body: startDevServerSchema,
    status: 202,
    response: devServerSchema,
  },
  'devServers.stop': {
    summary: 'Stop all of it; answers after the exits',
    params: devServerParams,
    status: 200,
    response: devServerSchema,
  },
  'devServers.restart': {
    summary: 'Stop, then start',
    params: devServerParams,
    body: startDevServerSchema,
    status: 202,
    response: devServerSchema,
  },
  'devServers.rebuild': {
    summary: 'Build now; answers when that has ended, truthfully',
    params: devServerParams,
    body: rebuildDevServerSchema,
    status: 200,
    response: rebuiltSchema,
  },
  'devServers.logs': {
    summary: 'The newest log entries',
    params: devServerParams,
    query: devServerLogsQuery,
    status: 200,
    response: devServerLogsSchema,
  },
  'devServers.external': {
    summary: 'The plugin that runs outside of Devyard, if there is one',
    params: devServerParams,
    status: 200,
    response: externalSchema,
  },
  'devServers.type': {
    summary: 'Input for a process with a terminal, or the size of the window that shows it',
    params: devProcessParams,
    body: terminalInputSchema,
    status: 202,
    response: acceptedSchema,
  },
  ...dokployOperations,
  'jobs.list': { summary: 'All jobs, the newest last', status: 200, response: jobSchema.array() },
  'jobs.get': { summary: 'One job', params: idParams, status: 200, response: jobSchema },
  'jobs.cancel': {
    summary: 'Cancel a job; answers when it has ended',
    params: idParams,
    status: 200,
    response: jobSchema,
  },
  'config.get': { summary: 'What holds of devbox.yaml', query: configQuery, status: 200, response: configSchema },
  'config.check': {
    summary: 'What is wrong in the text of a devbox.yaml',
    body: checkConfigSchema,
    status: 200,
    response: checkedConfigSchema,
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
