import { acceptedSchema } from './daemon.ts';
import { idParams } from './common.ts';
import {
  adoptWorkspaceSchema,
  createDokployServerSchema,
  createWorkspaceSchema,
  deleteWorkspaceQuery,
  dokployServerSchema,
  forwardSchema,
  patchDokployServerSchema,
  patchWorkspaceSchema,
  serverTargetsSchema,
  testedServerSchema,
  workspaceParams,
  workspaceQuery,
  workspaceSchema,
  workspacesQuery,
} from './dokploy.ts';
import {
  addForwardSchema,
  lookSchema,
  removeForwardQuery,
  sshConfigSchema,
  workspaceLogsQuery,
  workspaceLogsSchema,
} from './dokployAccess.ts';
import { jobSchema } from './jobs.ts';
import type { Operation } from './operation.ts';
import type { OperationId } from './routes.ts';

/** What the operations of Dokploy servers and workspaces take and give. */
export const dokployOperations = {
  'dokploy.servers': { summary: 'All Dokploy servers', status: 200, response: dokployServerSchema.array() },
  'dokploy.addServer': {
    summary: 'Add a Dokploy server; it is stored whatever it answers, and the answer says how it stands',
    body: createDokployServerSchema,
    status: 201,
    response: testedServerSchema,
  },
  'dokploy.server': { summary: 'One Dokploy server', params: idParams, status: 200, response: dokployServerSchema },
  'dokploy.patchServer': {
    summary: 'Change address, name, key or pinned certificate',
    params: idParams,
    body: patchDokployServerSchema,
    status: 200,
    response: testedServerSchema,
  },
  'dokploy.removeServer': {
    summary: 'Forget a server and its workspaces here; nothing happens on the server',
    params: idParams,
    status: 200,
    response: dokployServerSchema,
  },
  'dokploy.testServer': {
    summary: 'Ask the server now: reachable, trusted, key accepted and not limited, allowed to do what is needed',
    params: idParams,
    status: 200,
    response: testedServerSchema,
  },
  'dokploy.targets': {
    summary: 'Projects, environments and machines that a workspace can be made on, read now',
    params: idParams,
    status: 200,
    response: serverTargetsSchema,
  },
  'dokploy.list': {
    summary: 'All workspaces, and the services that could be adopted as such',
    query: workspacesQuery,
    status: 200,
    response: workspaceSchema.array(),
  },
  'dokploy.create': {
    summary: 'Create a workspace (accepts Idempotency-Key); a job does the work',
    body: createWorkspaceSchema,
    status: 201,
    response: workspaceSchema,
  },
  'dokploy.get': {
    summary: 'One workspace',
    params: workspaceParams,
    query: workspaceQuery,
    status: 200,
    response: workspaceSchema,
  },
  'dokploy.patch': {
    summary: 'Change image, resources, environment, ports or volumes and redeploy, as a job',
    params: workspaceParams,
    body: patchWorkspaceSchema,
    status: 202,
    response: jobSchema,
  },
  'dokploy.delete': {
    summary: 'Delete a workspace on its server, as a job; twice is fine',
    params: workspaceParams,
    query: deleteWorkspaceQuery,
    status: 202,
    response: jobSchema,
  },
  'dokploy.start': {
    summary: 'Start, as a job that ends when SSH logs in',
    params: workspaceParams,
    status: 202,
    response: jobSchema,
  },
  'dokploy.stop': { summary: 'Stop, as a job', params: workspaceParams, status: 202, response: jobSchema },
  'dokploy.restart': {
    summary: 'Stop, then start, as a job',
    params: workspaceParams,
    status: 202,
    response: jobSchema,
  },
  'dokploy.redeploy': {
    summary: 'Deploy anew from what is set now, as a job',
    params: workspaceParams,
    status: 202,
    response: jobSchema,
  },
  'dokploy.adopt': {
    summary: 'Take care of a service that is there already',
    params: workspaceParams,
    body: adoptWorkspaceSchema,
    status: 200,
    response: workspaceSchema,
  },
  'dokploy.forgetHostKey': {
    summary: 'Forget the pinned host key: the next connection pins anew',
    params: workspaceParams,
    status: 200,
    response: workspaceSchema,
  },
  'dokploy.forward': {
    summary: 'Listen on a loopback port that leads to a port of the workspace',
    params: workspaceParams,
    body: addForwardSchema,
    status: 201,
    response: forwardSchema,
  },
  'dokploy.removeForward': {
    summary: 'End a port forward',
    params: workspaceParams,
    query: removeForwardQuery,
    status: 200,
    response: workspaceSchema,
  },
  'dokploy.logs': {
    summary: 'The newest lines of the deploy log or the container log',
    params: workspaceParams,
    query: workspaceLogsQuery,
    status: 200,
    response: workspaceLogsSchema,
  },
  'dokploy.look': {
    summary: 'Say what is on screen: only that is kept up to date',
    body: lookSchema,
    status: 202,
    response: acceptedSchema,
  },
  'dokploy.sshConfig': { summary: "Devyard's ssh config", status: 200, response: sshConfigSchema },
  'dokploy.includeSshConfig': {
    summary: "Include Devyard's ssh config in ~/.ssh/config; only on the local socket",
    status: 200,
    response: sshConfigSchema,
  },
} as const satisfies Record<Extract<OperationId, `dokploy.${string}`>, Operation>;
