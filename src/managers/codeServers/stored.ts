import * as z from 'zod';
import type { CodeServerDefinition, CodeServerState } from './model.ts';

const originSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('empty') }),
  z.object({ type: z.literal('folder') }),
  z.object({ type: z.literal('archive'), name: z.string() }),
  z.object({ type: z.literal('git'), url: z.string(), branch: z.string().optional() }),
  z.object({ type: z.literal('template'), tab: z.string(), name: z.string(), url: z.string() }),
  z.object({ type: z.literal('copy'), name: z.string() }),
]);

/** What an older version may not have written has a default; anything else must be there. */
const definitionSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  folder: z.string().startsWith('/'),
  folderOwned: z.boolean().default(false),
  port: z.int().min(1).max(65_535),
  createdAt: z.number().default(0),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  memoryLimitMb: z.number().nullable().default(null),
  origin: originSchema.default({ type: 'folder' }),
  extensions: z.array(z.string()).default([]),
  extensionGroups: z.array(z.string()).default([]),
  autoStart: z.boolean().default(false),
  stopWhenIdleMinutes: z.number().nullable().default(null),
  hostId: z.string().default(''),
});

/** A definition as it was stored, whole or not at all. Throws for text that holds none. */
export function parseDefinition(text: string): CodeServerDefinition {
  return definitionSchema.parse(JSON.parse(text));
}

const runSchema = z.object({
  runId: z.string(),
  pid: z.number(),
  startedAt: z.number(),
  adopted: z.boolean(),
  access: z.enum(['devyard', 'password']).default('devyard'),
});

const stateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('creating') }),
  z.object({ status: z.literal('stopped') }),
  z.object({ status: z.literal('starting'), since: z.number(), step: z.string() }),
  z.object({ status: z.literal('running'), run: runSchema }),
  z.object({ status: z.literal('unhealthy'), run: runSchema, reason: z.string(), since: z.number() }),
  z.object({ status: z.literal('stopping'), since: z.number() }),
  z.object({
    status: z.literal('failed'),
    at: z.number(),
    reason: z.string(),
    hint: z.string().optional(),
    exitCode: z.number().nullable(),
    signal: z.string().nullable(),
    lastLines: z.array(z.string()),
  }),
]);

/** A state as it was stored. Throws for text that holds none. */
export function parseState(text: string): CodeServerState {
  return stateSchema.parse(JSON.parse(text));
}
