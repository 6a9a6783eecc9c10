import { z } from 'zod';
import { appNameFrom, rowId } from '../identifiers.ts';
import { composeColumns, composeJoins } from '../rows.ts';
import type { ComposeRow } from '../rows.ts';
import { mutation, type Procedures, query, RpcError } from '../rpc.ts';
import { forgetService, rowOf, where } from '../state.ts';
import type { World } from '../world.ts';
import {
  appName,
  checkServer,
  deploymentsOf,
  environmentWithProject,
  idText,
  required,
  showServer,
  tail,
} from './common.ts';

const reference = z.object({ composeId: idText });
const deployInput = reference.extend({ title: z.string().optional(), description: z.string().optional() });
const composeType = z.enum(['docker-compose', 'stack']).optional();
const sourceType = z.enum(['git', 'github', 'gitlab', 'bitbucket', 'gitea', 'raw']).optional();

/** Not recorded on a server, but written after Dokploy's own router and services. */
export function composeProcedures(world: World): Procedures {
  const { state, compose, queue, now } = world;
  const find = (id: string): ComposeRow => rowOf(state.composes, id, 'Compose');

  const show = (row: ComposeRow) => ({
    ...row,
    environment: environmentWithProject(state, row.environmentId),
    deployments: deploymentsOf(state, 'composeId', row.composeId),
    mounts: where(state.mounts, (one) => one.composeId === row.composeId),
    domains: where(state.domains, (one) => one.composeId === row.composeId),
    ...composeJoins,
    server:
      row.serverId === null ? null : showServer(rowOf(state.servers, row.serverId, 'Server'), state.organizationId),
  });

  const enqueue = (type: 'deploy' | 'redeploy', title: string, message: string) =>
    mutation(deployInput, (input) => {
      const row = find(input.composeId);
      queue.add({
        kind: 'compose',
        serviceId: row.composeId,
        type,
        title: input.title || title,
        description: input.description ?? '',
        onServer: row.serverId !== null,
      });
      return { success: true, message, composeId: row.composeId };
    });

  /** The folder of the project is made by its first deployment. */
  function checkFolder(row: ComposeRow): void {
    if (where(state.deployments, (one) => one.composeId === row.composeId).length === 0)
      throw new RpcError('INTERNAL_SERVER_ERROR', 'Command execution failed: spawn /bin/sh ENOENT');
  }

  return {
    'compose.create': mutation(
      z.object({
        name: z.string().min(1),
        appName,
        description: z.string().nullish(),
        environmentId: z.string(),
        serverId: z.string().nullish(),
        composeFile: z.string().optional(),
        composeType,
        sourceType,
      }),
      (input) => {
        environmentWithProject(state, input.environmentId);
        checkServer(state, input.serverId);
        const row: ComposeRow = {
          ...composeColumns,
          composeId: rowId(),
          name: input.name,
          appName: appNameFrom(input.appName, 'compose'),
          description: input.description ?? null,
          environmentId: input.environmentId,
          serverId: input.serverId ?? null,
          createdAt: now(),
          env: null,
          composeFile: input.composeFile ?? '',
          composeType: input.composeType ?? 'docker-compose',
          sourceType: input.sourceType ?? 'github',
          composeStatus: 'idle',
        };
        state.composes.set(row.composeId, row);
        return { ...row };
      },
    ),
    'compose.one': query(reference, ({ composeId }) => ({
      ...show(find(composeId)),
      hasGitProviderAccess: true,
      unauthorizedProvider: null,
    })),
    'compose.update': mutation(
      reference.extend({
        name: z.string().min(1).optional(),
        description: z.string().nullish(),
        env: z.string().nullish(),
        composeFile: z.string().optional(),
        composeType,
        sourceType,
        command: z.string().optional(),
        composePath: z.string().min(1).optional(),
        autoDeploy: z.boolean().nullish(),
        composeStatus: z.enum(['idle', 'running', 'done', 'error']).optional(),
        isolatedDeployment: z.boolean().optional(),
      }),
      ({ composeId, ...values }) => {
        const row = find(composeId);
        for (const [key, value] of Object.entries(values)) if (value !== undefined) row[key] = value;
        return { ...row };
      },
    ),
    'compose.saveEnvironment': mutation(
      reference.extend({ env: required(z.string()), createEnvFile: z.boolean().optional() }),
      ({ composeId, env }) => {
        find(composeId).env = env ?? null;
        return true;
      },
    ),
    'compose.deploy': enqueue('deploy', 'Manual deployment', 'Deployment queued'),
    'compose.redeploy': enqueue('redeploy', 'Rebuild deployment', 'Redeployment queued'),
    'compose.start': mutation(reference, async ({ composeId }) => {
      const row = find(composeId);
      checkFolder(row);
      try {
        await compose.start(row.appName);
      } catch (error) {
        row.composeStatus = 'idle';
        throw new RpcError('INTERNAL_SERVER_ERROR', `Command execution failed: ${(error as Error).message}`);
      }
      row.composeStatus = 'done';
      return true;
    }),
    'compose.stop': mutation(reference, async ({ composeId }) => {
      const row = find(composeId);
      checkFolder(row);
      await compose.stop(row.appName);
      row.composeStatus = 'idle';
      return true;
    }),
    'compose.delete': mutation(reference.extend({ deleteVolumes: z.boolean() }), async (input) => {
      const row = find(input.composeId);
      const before = show({ ...row });
      forgetService(state, 'composeId', row.composeId);
      queue.clean(row.composeId);
      await compose.down(row.appName, input.deleteVolumes);
      return before;
    }),
    'compose.cleanQueues': mutation(reference, ({ composeId }) => {
      find(composeId);
      queue.clean(composeId);
      return { success: true, message: 'Queues cleaned successfully' };
    }),
    // It ends every `docker compose` on the machine.
    'compose.killBuild': mutation(reference, ({ composeId }) => {
      find(composeId);
      for (const row of where(state.deployments, (one) => one.composeId !== null && one.status === 'running'))
        Object.assign(row, { status: 'error', finishedAt: now() });
      return undefined;
    }),
    'compose.readLogs': query(
      reference.extend({ containerId: z.string().regex(/^[\w.-]+$/), tail, since: z.string().default('all') }),
      async (input) => {
        find(input.composeId);
        const machine = compose.machineOf(input.containerId);
        if (machine === undefined)
          throw new RpcError('INTERNAL_SERVER_ERROR', `No container or service found for: ${input.containerId}`);
        return machine.log(input.tail);
      },
    ),
  };
}
