import { z } from 'zod';
import { appNameFrom, rowId } from '../identifiers.ts';
import { applicationColumns, applicationJoins } from '../rows.ts';
import type { ApplicationRow, Status } from '../rows.ts';
import { mutation, type Procedures, query, RpcError } from '../rpc.ts';
import { forgetService, rowOf, where } from '../state.ts';
import { swarmSpecOf } from '../swarmSpec.ts';
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

const reference = z.object({ applicationId: idText });
const deployInput = reference.extend({ title: z.string().optional(), description: z.string().optional() });
/** Swarm settings are read strictly: a key they do not know is refused. */
const changes = reference.extend({
  name: z.string().min(1).optional(),
  description: z.string().nullish(),
  command: z.string().nullish(),
  args: z.array(z.string()).nullish(),
  env: z.string().nullish(),
  memoryLimit: z.string().nullish(),
  memoryReservation: z.string().nullish(),
  cpuLimit: z.string().nullish(),
  cpuReservation: z.string().nullish(),
  replicas: z.number().optional(),
  dockerImage: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  registryUrl: z.string().nullish(),
  sourceType: z.enum(['docker', 'git', 'github', 'gitlab', 'bitbucket', 'gitea', 'drop']).optional(),
  autoDeploy: z.boolean().nullish(),
  healthCheckSwarm: z
    .strictObject({
      Test: z.array(z.string()).optional(),
      Interval: z.number().optional(),
      Timeout: z.number().optional(),
      StartPeriod: z.number().optional(),
      Retries: z.number().optional(),
    })
    .nullish(),
  restartPolicySwarm: z
    .strictObject({
      Condition: z.string().optional(),
      Delay: z.number().optional(),
      MaxAttempts: z.number().optional(),
      Window: z.number().optional(),
    })
    .nullish(),
  updateConfigSwarm: z
    .strictObject({
      Parallelism: z.number(),
      Delay: z.number().optional(),
      FailureAction: z.string().optional(),
      Monitor: z.number().optional(),
      MaxFailureRatio: z.number().optional(),
      Order: z.string(),
    })
    .nullish(),
  networkSwarm: z.array(z.looseObject({ Target: z.string().optional() })).nullish(),
  labelsSwarm: z.record(z.string(), z.string()).nullish(),
  stopGracePeriodSwarm: z.number().nullish(),
});

const defined = (input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));

export function applicationProcedures(world: World): Procedures {
  const { state, swarm, queue, timing, now } = world;
  const find = (id: string): ApplicationRow => rowOf(state.applications, id, 'Application');

  const show = (row: ApplicationRow) => ({
    ...row,
    environment: environmentWithProject(state, row.environmentId),
    domains: where(state.domains, (one) => one.applicationId === row.applicationId),
    deployments: deploymentsOf(state, 'applicationId', row.applicationId),
    mounts: where(state.mounts, (one) => one.applicationId === row.applicationId),
    ports: where(state.ports, (one) => one.applicationId === row.applicationId),
    ...applicationJoins,
    server:
      row.serverId === null ? null : showServer(rowOf(state.servers, row.serverId, 'Server'), state.organizationId),
  });

  const enqueue = (type: 'deploy' | 'redeploy', title: string) =>
    mutation(deployInput, (input) => {
      const row = find(input.applicationId);
      queue.add({
        kind: 'application',
        serviceId: row.applicationId,
        type,
        title: input.title || title,
        description: input.description ?? '',
        onServer: row.serverId !== null,
      });
      return undefined;
    });

  /** Answers with the row as it was before (recorded answers 62 and 65). */
  async function scale(applicationId: string, replicas: 0 | 1, status: Status): Promise<unknown> {
    const row = find(applicationId);
    const before = show({ ...row });
    try {
      await swarm.scale(row.appName, replicas);
    } catch (error) {
      const { message } = error as Error;
      if (replicas === 1)
        throw new RpcError(
          'INTERNAL_SERVER_ERROR',
          `Command execution failed: Command failed: docker service scale ${row.appName}=1 \n${message}\n`,
        );
      // Stopping nothing is fine with Dokploy.
      await timing.pause(20);
    }
    row.applicationStatus = status;
    return before;
  }

  return {
    'application.create': mutation(
      z.object({
        name: z.string().min(1),
        appName,
        description: z.string().nullish(),
        environmentId: z.string(),
        serverId: z.string().nullish(),
      }),
      (input) => {
        environmentWithProject(state, input.environmentId);
        checkServer(state, input.serverId);
        const row: ApplicationRow = {
          ...applicationColumns,
          applicationId: rowId(),
          name: input.name,
          appName: appNameFrom(input.appName, 'app'),
          description: input.description ?? null,
          environmentId: input.environmentId,
          serverId: input.serverId ?? null,
          createdAt: now(),
          env: null,
          command: null,
          args: null,
          memoryLimit: null,
          cpuLimit: null,
          dockerImage: null,
          username: null,
          password: null,
          registryUrl: null,
          sourceType: 'github',
          replicas: 1,
          applicationStatus: 'idle',
          updateConfigSwarm: null,
          restartPolicySwarm: null,
        };
        state.applications.set(row.applicationId, row);
        return { ...row };
      },
    ),
    'application.one': query(reference, ({ applicationId }) => ({
      ...show(find(applicationId)),
      hasGitProviderAccess: true,
      unauthorizedProvider: null,
    })),
    'application.search': query(
      z.object({ q: z.string().optional(), limit: z.coerce.number().max(100).default(20) }),
      ({ q = '', limit }) => {
        const found = where(state.applications, (row) =>
          [row.name, row.appName, row.description ?? ''].some((text) => text.toLowerCase().includes(q.toLowerCase())),
        );
        const items = found
          .toReversed()
          .slice(0, limit)
          .map(
            ({
              applicationId,
              name,
              appName,
              description,
              environmentId,
              applicationStatus,
              sourceType,
              createdAt,
            }) => ({
              ...{ applicationId, name, appName, description, environmentId, applicationStatus, sourceType, createdAt },
            }),
          );
        return { items, total: found.length };
      },
    ),
    'application.saveDockerProvider': mutation(
      z.object({
        dockerImage: required(z.string()),
        applicationId: idText,
        username: required(z.string()),
        password: required(z.string()),
        registryUrl: required(z.string()),
      }),
      ({ applicationId, dockerImage, username, password, registryUrl }) => {
        const row = find(applicationId);
        Object.assign(row, {
          dockerImage,
          username,
          password,
          registryUrl,
          sourceType: 'docker',
          applicationStatus: 'idle',
        });
        return true;
      },
    ),
    'application.saveEnvironment': mutation(
      z.object({
        applicationId: idText,
        env: required(z.string()),
        buildArgs: required(z.string()),
        buildSecrets: required(z.string()),
        createEnvFile: z.nonoptional(z.boolean().optional()),
      }),
      ({ applicationId, ...values }) => {
        Object.assign(find(applicationId), values);
        return true;
      },
    ),
    'application.update': mutation(changes, ({ applicationId, ...values }) => {
      Object.assign(find(applicationId), defined(values));
      return true;
    }),
    'application.deploy': enqueue('deploy', 'Manual deployment'),
    'application.redeploy': enqueue('redeploy', 'Rebuild deployment'),
    'application.start': mutation(reference, ({ applicationId }) => scale(applicationId, 1, 'done')),
    'application.stop': mutation(reference, ({ applicationId }) => scale(applicationId, 0, 'idle')),
    'application.reload': mutation(reference.extend({ appName: z.string() }), ({ applicationId }) => {
      const row = find(applicationId);
      swarm.deploy(swarmSpecOf(world, row));
      row.applicationStatus = 'done';
      return true;
    }),
    // Named volumes stay. A deployment under way goes on without its rows, and makes its service.
    'application.delete': mutation(reference, ({ applicationId }) => {
      const row = find(applicationId);
      const before = show({ ...row });
      forgetService(state, 'applicationId', applicationId);
      queue.clean(applicationId);
      swarm.remove(row.appName);
      return before;
    }),
    'application.cleanQueues': mutation(reference, ({ applicationId }) => {
      find(applicationId);
      queue.clean(applicationId);
      return undefined;
    }),
    // It ends `docker build`; a pull goes on (recorded answers 127 to 131).
    'application.killBuild': mutation(reference, ({ applicationId }) => {
      find(applicationId);
      return undefined;
    }),
    'application.cancelDeployment': mutation(reference, () => {
      throw new RpcError('BAD_REQUEST', 'Deployment cancellation only available in cloud version');
    }),
    'application.readLogs': query(reference.extend({ tail, since: z.string().default('all') }), async (input) => {
      const { appName } = find(input.applicationId);
      const text = await swarm.log(appName, input.tail);
      if (text === undefined)
        throw new RpcError('INTERNAL_SERVER_ERROR', `No container or service found for: ${appName}`);
      return text;
    }),
  };
}
