import * as z from 'zod';
import type { MachinePlan } from './machines/types.ts';
import type { Repository, WorkspaceState } from './model.ts';

/** What is known of the API key of a server: tells a revoked key from a limited one. */
const keyHistorySchema = z.object({
  /** It was asked more often than a limited key allows, and answered. */
  unlimited: z.boolean(),
  /** Milliseconds since the epoch; null: never. */
  lastWorkedAt: z.number().nullable(),
});

/** A server as it is stored. The key is among the secrets. */
export const serverDefinitionSchema = z.object({
  id: z.uuid(),
  hostId: z.string(),
  createdAt: z.number(),
  name: z.string(),
  url: z.string(),
  certificate: z.string().nullable(),
  keyHistory: keyHistorySchema,
  checkedAt: z.number().nullable(),
});
export type ServerDefinition = Readonly<z.infer<typeof serverDefinitionSchema>>;

const portSchema = z.object({ published: z.number(), target: z.number(), protocol: z.enum(['tcp', 'udp']) });
const volumeSchema = z.object({ name: z.string(), mountPath: z.string() });

/** What Dokploy said of a workspace when it was last read as a whole. */
export const detailsSchema = z.object({
  image: z.string().nullable(),
  registry: z.object({ url: z.string(), username: z.string() }).nullable(),
  cpus: z.number().nullable(),
  memoryMb: z.number().nullable(),
  envNames: z.array(z.string()).readonly(),
  volumes: z.array(volumeSchema).readonly(),
  ports: z.array(portSchema).readonly(),
  domains: z.array(z.string()).readonly(),
  idleStopMinutes: z.number().nullable(),
});
export type Details = z.infer<typeof detailsSchema>;

const placeSchema = z.object({ id: z.string().nullable(), name: z.string() });
const stateSchema = z.custom<WorkspaceState>(
  (value) => typeof (value as { status?: unknown } | undefined)?.status === 'string',
);
const repositorySchema = z.custom<Repository>(
  (value) => typeof (value as { url?: unknown } | undefined)?.url === 'string',
);

/** A workspace as it is stored. */
export const workspaceDefinitionSchema = z.object({
  id: z.uuid(),
  hostId: z.string(),
  serverId: z.uuid(),
  createdAt: z.number(),
  name: z.string(),
  managed: z.enum(['created', 'adopted']),
  kind: z.enum(['application', 'compose']),
  serviceId: z.string().nullable(),
  appName: z.string().nullable(),
  project: placeSchema,
  environment: placeSchema,
  target: z.string().nullable(),
  /** Sealed JSON of the MachinePlan; null for an adopted one. */
  plan: z.string().nullable(),
  /** Its creation came to its end, or somebody else's did. */
  isMade: z.boolean(),
  user: z.string(),
  /** Where sshd listens inside. */
  sshPort: z.number(),
  endpoint: z.object({ host: z.string(), port: z.number() }).nullable(),
  publicKey: z.string(),
  sshAlias: z.string(),
  repository: repositorySchema.nullable(),
  forwardAgent: z.boolean(),
  details: detailsSchema,
  state: stateSchema,
});
export type WorkspaceDefinition = Readonly<z.infer<typeof workspaceDefinitionSchema>>;

/** The plan was made by this program and is read as a whole or not at all: a part that is missing means an older version. */
export const planSchema = z.custom<MachinePlan>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { marker?: unknown }).marker === 'string' &&
    Array.isArray((value as { volumes?: unknown }).volumes) &&
    Array.isArray((value as { ports?: unknown }).ports),
);

export const noDetails: Details = {
  image: null,
  registry: null,
  cpus: null,
  memoryMb: null,
  envNames: [],
  volumes: [],
  ports: [],
  domains: [],
  idleStopMinutes: null,
};
