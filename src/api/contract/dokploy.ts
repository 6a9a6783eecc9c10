import * as z from 'zod';
import { idSchema } from './common.ts';
import { longestWorkspaceName, unixUser, workspaceName } from './names.ts';

const timestamp = z.number().int().describe('Milliseconds since the epoch');

const certificateSchema = z.object({
  fingerprint: z.string().describe('SHA-256: upper-case hexadecimal pairs with colons'),
  subject: z.string(),
  issuer: z.string(),
  validFrom: z.string(),
  validTo: z.string(),
});

/** Why a Dokploy server cannot be used now. A face may offer another way out for each. */
export const serverProblems = [
  'unreachable',
  'certificate',
  'bad-key',
  'revoked-key',
  'rate-limited-key',
  'forbidden',
  'not-dokploy',
  'failing',
] as const;

export const serverConnectionSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('unknown') }),
  z.object({ status: z.literal('connected'), version: z.string() }),
  z.object({
    status: z.literal('failing'),
    since: timestamp,
    problem: z.enum(serverProblems),
    reason: z.string(),
    hint: z.string().optional(),
    certificate: certificateSchema.optional().describe('Offered by the server and not trusted'),
  }),
]);

const environmentSchema = z.object({ id: z.string(), name: z.string(), isDefault: z.boolean() });
const projectSchema = z.object({
  id: z.string(),
  name: z.string(),
  environments: z.array(environmentSchema).readonly(),
});

export const dokployServerSchema = z.object({
  id: idSchema,
  name: z.string(),
  url: z.string().describe('Without a path, such as https://dokploy.example.com'),
  certificate: z.string().nullable().describe('SHA-256 fingerprint of the pinned certificate'),
  connection: serverConnectionSchema,
  checkedAt: timestamp.nullable().describe('When its projects were last read completely'),
  projects: z.array(projectSchema).readonly().describe('As last read'),
  createdAt: timestamp,
  hostId: z.string(),
});

const serverName = z.string().trim().min(1).max(100);
const serverUrl = z.string().max(2000).describe('http:// or https://, with a port where it needs one');
const apiKey = z
  .string()
  .min(1)
  .max(1000)
  .describe('Made in Dokploy under Settings, Profile, API/CLI Keys; never answered');
const pinnedCertificate = z
  .string()
  .max(100)
  .nullable()
  .describe('SHA-256 fingerprint of the one certificate to accept, for a server with a certificate of its own');

export const createDokployServerSchema = z.strictObject({
  name: serverName.optional().describe('The host where missing'),
  url: serverUrl,
  apiKey,
  certificate: pinnedCertificate.optional(),
});
export const patchDokployServerSchema = z.strictObject({
  name: serverName.optional(),
  url: serverUrl.optional(),
  apiKey: apiKey.optional(),
  certificate: pinnedCertificate.optional(),
});
/** What the server said just now. */
export const testedServerSchema = z.object({
  ok: z.boolean(),
  server: dokployServerSchema,
  notes: z.array(z.string()).readonly().describe('What works in a limited way, for people'),
});
export const serverTargetsSchema = z.object({
  projects: z.array(projectSchema).readonly(),
  targets: z.array(z.object({ id: z.string().nullable(), name: z.string(), address: z.string() })).readonly(),
});

/** How a workspace stands. *gone* only ever comes from a complete listing. */
export const workspaceStateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('unverified'), reason: z.string().describe('What is not known, for people') }),
  z.object({ status: z.literal('deploying'), since: timestamp, step: z.string().describe('What it does, for people') }),
  z.object({ status: z.literal('running'), node: z.string().describe('Empty where Docker did not say') }),
  z.object({ status: z.literal('stopped') }),
  z.object({
    status: z.literal('failed'),
    reason: z.string(),
    hint: z.string().optional(),
    lastLines: z.array(z.string()).readonly().describe('The last lines of the log that tells why'),
  }),
  z.object({ status: z.literal('gone') }),
]);

export const forwardSchema = z.object({
  id: z.string(),
  localPort: z.number().int(),
  remoteHost: z.string(),
  remotePort: z.number().int(),
  state: z.enum(['open', 'waiting']),
  url: z.string().describe('Where it is reached on this host'),
});

const port = z.number().int().min(1).max(65_535);
const volumeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/, 'a name of letters, digits, dots, dashes and underscores'),
  mountPath: z.string().startsWith('/').max(1000),
});
const publishedPortSchema = z.strictObject({
  published: port,
  target: port,
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
});
const repositorySchema = z.strictObject({
  url: z.string().max(2000),
  branch: z.string().max(250).nullable().default(null),
  folder: z
    .string()
    .max(1000)
    .nullable()
    .default(null)
    .describe('Absolute, in the workspace; else below the home folder'),
});
const registrySchema = z.strictObject({
  url: z.string().max(500),
  username: z.string().max(500),
  password: z.string().max(5000).describe('Kept encrypted; never answered'),
});
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and underscores');
const variableValue = z.string().max(30_000);
const environmentVariables = z.record(variableName, variableValue);

/** What can be chosen when a workspace is made, and changed later. */
const workspaceSettings = {
  image: z.string().min(1).max(500).describe('Docker image'),
  registry: registrySchema.nullable().describe('Where the image is pulled from with a password'),
  cpus: z.number().positive().max(1024).nullable().describe('Cores; null: no limit'),
  memoryMb: z.number().int().min(16).max(16_777_216).nullable().describe('MiB; null: no limit'),
  env: environmentVariables.describe('Kept encrypted; only the names are answered'),
  volumes: z.array(volumeSchema).max(50),
  ports: z.array(publishedPortSchema).max(50).describe('Published besides the one for SSH'),
  idleStopMinutes: z.number().int().min(1).max(100_000).nullable().describe('Ends itself without an SSH session'),
  forwardAgent: z
    .boolean()
    .describe('Lets the workspace use the keys of the SSH agent here while somebody is connected'),
};

export const createWorkspaceSchema = z.strictObject({
  serverId: idSchema,
  name: z
    .string()
    .trim()
    .min(1)
    .max(longestWorkspaceName)
    .regex(workspaceName, 'letters, digits, blanks, dots and dashes'),
  project: z
    .union([z.strictObject({ id: z.string() }), z.strictObject({ name: z.string().trim().min(1).max(100) })])
    .optional()
    .describe('Made when there is none of that name; default: devyard'),
  environment: z
    .union([z.strictObject({ id: z.string() }), z.strictObject({ name: z.string().trim().min(1).max(100) })])
    .optional()
    .describe("Made when there is none of that name; default: the project's default one"),
  target: z
    .string()
    .nullable()
    .default(null)
    .describe('Id of the server that runs it; null: the Dokploy machine itself'),
  docker: z
    .boolean()
    .default(false)
    .describe('With a Docker engine inside: a privileged compose service instead of an application'),
  image: workspaceSettings.image.optional().describe('Docker image; default: one that suits `docker`'),
  user: z.string().regex(unixUser, 'a Unix user name').default('dev').describe('Who logs in'),
  sshd: z
    .enum(['install', 'image'])
    .default('install')
    .describe('image: the image starts sshd itself, given AUTHORIZED_KEY'),
  sshPortRange: z.strictObject({ from: port, to: port }).default({ from: 2222, to: 2250 }),
  repository: repositorySchema.nullable().default(null),
  registry: workspaceSettings.registry.default(null),
  cpus: workspaceSettings.cpus.default(null),
  memoryMb: workspaceSettings.memoryMb.default(null),
  env: workspaceSettings.env.default({}),
  volumes: workspaceSettings.volumes.optional().describe('Default: one for the home folder'),
  ports: workspaceSettings.ports.default([]),
  idleStopMinutes: workspaceSettings.idleStopMinutes.default(null),
  forwardAgent: workspaceSettings.forwardAgent.default(false),
});

export const patchWorkspaceSchema = z.strictObject({
  image: workspaceSettings.image.optional(),
  registry: workspaceSettings.registry.optional(),
  cpus: workspaceSettings.cpus.optional(),
  memoryMb: workspaceSettings.memoryMb.optional(),
  env: z
    .record(variableName, variableValue.nullable())
    .optional()
    .describe('All of them: null keeps the value that is set, what is missing is removed'),
  volumes: workspaceSettings.volumes.optional(),
  ports: workspaceSettings.ports.optional(),
  idleStopMinutes: workspaceSettings.idleStopMinutes.optional(),
  forwardAgent: workspaceSettings.forwardAgent.optional(),
});

/** A remote environment, or an application of the server that Devyard could take care of (`managed: no`). */
export const workspaceSchema = z.object({
  id: idSchema,
  serverId: idSchema,
  name: z.string(),
  managed: z.enum(['created', 'adopted', 'no']),
  kind: z.enum(['application', 'compose']).describe('compose: with a Docker engine inside'),
  serviceId: z.string().nullable().describe('applicationId or composeId; null until it was made'),
  appName: z.string().nullable(),
  project: z.object({ id: z.string().nullable(), name: z.string() }),
  environment: z.object({ id: z.string().nullable(), name: z.string() }),
  target: z.string().nullable(),
  state: workspaceStateSchema,
  endpoint: z
    .object({ host: z.string(), port: z.number().int(), user: z.string() })
    .nullable()
    .describe('Where SSH is'),
  hostKey: z.string().nullable().describe('Pinned on first use: SHA256:…'),
  publicKey: z.string().nullable().describe('What must be in authorized_keys there'),
  sshAlias: z.string().nullable().describe("Its host name in Devyard's ssh config"),
  image: z.string().nullable(),
  registry: z.object({ url: z.string(), username: z.string() }).nullable(),
  cpus: z.number().nullable(),
  memoryMb: z.number().nullable(),
  envNames: z.array(z.string()).readonly(),
  volumes: z.array(z.object({ name: z.string(), mountPath: z.string() })).readonly(),
  ports: z.array(z.object({ published: z.number(), target: z.number(), protocol: z.enum(['tcp', 'udp']) })).readonly(),
  idleStopMinutes: z.number().nullable(),
  forwardAgent: z.boolean(),
  repository: z.object({ url: z.string(), branch: z.string().nullable(), folder: z.string() }).nullable(),
  domains: z.array(z.string()).readonly().describe('URLs that Dokploy routes to it'),
  forwards: z.array(forwardSchema).readonly(),
  dashboardUrl: z.string().nullable().describe('Its page in Dokploy'),
  createdAt: timestamp.nullable(),
  hostId: z.string(),
});

export const workspaceParams = z.object({
  id: z.string().max(200).describe('The id, or the name where only one workspace has it'),
});
export const workspacesQuery = z.strictObject({
  refresh: z.stringbool().optional().describe('Ask the servers now instead of answering what is known'),
});
export const workspaceQuery = z.strictObject({ refresh: z.stringbool().optional() });

export const deleteWorkspaceQuery = z.strictObject({
  volumes: z.stringbool().default(false).describe('Erase what its volumes hold, too'),
  forget: z.stringbool().default(false).describe('Only forget it here; nothing happens on the server'),
});

export const adoptWorkspaceSchema = z.strictObject({
  user: z.string().regex(unixUser, 'a Unix user name'),
  privateKey: z
    .string()
    .max(20_000)
    .optional()
    .describe(
      'Text of a private key that logs in; kept as a 0600 file. Without one a new key is made, for you to authorize',
    ),
  sshPort: port.optional().describe('Port inside the container; default 22'),
});

export type DokployServer = z.infer<typeof dokployServerSchema>;
export type ServerConnection = z.infer<typeof serverConnectionSchema>;
export type ServerTargets = z.infer<typeof serverTargetsSchema>;
export type TestedServer = z.infer<typeof testedServerSchema>;
export type Workspace = z.infer<typeof workspaceSchema>;
export type WorkspaceState = z.infer<typeof workspaceStateSchema>;
export type WorkspaceForward = z.infer<typeof forwardSchema>;
