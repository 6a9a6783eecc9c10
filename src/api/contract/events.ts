import * as z from 'zod';
import { codeServerSchema, metricsSchema } from './codeServers.ts';
import { idSchema } from './common.ts';
import { problemSchema } from './daemon.ts';
import { buildProblemSchema, devServerSchema } from './devServers.ts';
import { dokployServerSchema, workspaceSchema } from './dokploy.ts';
import { engineSchema } from './engine.ts';
import { jobSchema } from './jobs.ts';
import { settingsSchema } from './settings.ts';

/** Persisted and numbered: sent as `id: <n>`, `event: <type>`, `data: <JSON>`; replayed after a reconnect. */
export const stateEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('codeServer.created'), codeServer: codeServerSchema }),
  z.object({ type: z.literal('codeServer.changed'), codeServer: codeServerSchema }),
  z.object({ type: z.literal('codeServer.deleted'), id: idSchema }),
  devServerSchema.extend({ type: z.literal('plugin/devserver/status') }),
  z.object({
    type: z.literal('plugin/devserver/error'),
    id: idSchema,
    pluginId: z.string(),
    build: z.string(),
    errors: z.array(buildProblemSchema).readonly().describe('Of the newest build; none after a good one'),
  }),
  z.object({ type: z.literal('devServer.deleted'), id: idSchema }),
  z.object({ type: z.literal('dokploy.serverChanged'), server: dokployServerSchema }),
  z.object({ type: z.literal('dokploy.serverRemoved'), id: idSchema }),
  z.object({ type: z.literal('dokploy.workspaceChanged'), workspace: workspaceSchema }),
  z.object({ type: z.literal('dokploy.workspaceRemoved'), id: idSchema }),
  z.object({ type: z.literal('job.changed'), job: jobSchema }),
  z.object({ type: z.literal('config.changed') }),
  z.object({ type: z.literal('engine.changed'), engine: engineSchema }),
  z.object({ type: z.literal('settings.changed'), settings: settingsSchema }),
  z.object({ type: z.literal('problem'), problem: problemSchema }),
]);

/** Of the moment only, without an id. `hello` opens every stream; `reset` says that older events are gone: read anew. */
export const transientEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), lastEventId: z.number().int() }),
  z.object({ type: z.literal('reset'), lastEventId: z.number().int() }),
  z.object({ type: z.literal('codeServer.metrics'), id: idSchema, metrics: metricsSchema }),
  z.object({ type: z.literal('job.progress'), job: jobSchema }),
  z.object({ type: z.literal('dokploy.checked'), id: idSchema, at: z.number().int() }),
]);

export type StateEvent = z.infer<typeof stateEventSchema>;
export type TransientEvent = z.infer<typeof transientEventSchema>;
export type DevyardEvent = StateEvent | TransientEvent;
