import { z } from 'zod';
import { rowId } from '../identifiers.ts';
import type { DomainRow, MountRow, PortRow } from '../rows.ts';
import { domainColumns, mountColumns } from '../rows.ts';
import { mutation, type Procedures, query, RpcError } from '../rpc.ts';
import { rowOf, where } from '../state.ts';
import type { World } from '../world.ts';
import { deploymentsOf, idText, tail } from './common.ts';

/** What belongs to a service: ports, mounts, domains, deployments. */
export function serviceProcedures({ state, queue, logs, now }: World): Procedures {
  function path(kind: 'application' | 'compose', id: string): { href: string; label: string } | null {
    const row = kind === 'application' ? state.applications.get(id) : state.composes.get(id);
    const environment = state.environments.get(row?.environmentId ?? '');
    if (row === undefined || environment === undefined) return null;
    return {
      href: `/dashboard/project/${environment.projectId}/environment/${environment.environmentId}/services/${kind}/${id}`,
      label: kind === 'application' ? 'Application' : 'Compose',
    };
  }

  return {
    'port.create': mutation(
      z.object({
        publishedPort: z.number(),
        publishMode: z.enum(['ingress', 'host']).default('ingress'),
        targetPort: z.number(),
        protocol: z.enum(['tcp', 'udp']).default('tcp'),
        applicationId: idText,
      }),
      (input) => {
        rowOf(state.applications, input.applicationId, 'Application');
        const row: PortRow = { portId: rowId(), ...input };
        state.ports.set(row.portId, row);
        return row;
      },
    ),
    'port.delete': mutation(z.object({ portId: idText }), ({ portId }) => {
      const row = rowOf(state.ports, portId, 'Port');
      state.ports.delete(portId);
      return row;
    }),
    'mounts.create': mutation(
      z.object({
        type: z.enum(['bind', 'volume', 'file']),
        hostPath: z.string().nullish(),
        volumeName: z.string().nullish(),
        content: z.string().nullish(),
        filePath: z.string().nullish(),
        mountPath: z.string().min(1),
        serviceType: z.enum(['application', 'compose']).default('application'),
        serviceId: idText,
      }),
      ({ serviceId, ...input }) => {
        const isApplication = input.serviceType === 'application';
        if (isApplication) rowOf(state.applications, serviceId, 'Application');
        else rowOf(state.composes, serviceId, 'Compose');
        const row: MountRow = {
          ...mountColumns,
          ...input,
          volumeName: input.volumeName ?? null,
          mountId: rowId(),
          applicationId: isApplication ? serviceId : null,
          composeId: isApplication ? null : serviceId,
        };
        state.mounts.set(row.mountId, row);
        return row;
      },
    ),
    'mounts.remove': mutation(z.object({ mountId: idText }), ({ mountId }) => {
      const row = rowOf(state.mounts, mountId, 'Mount');
      state.mounts.delete(mountId);
      return row;
    }),
    'domain.create': mutation(
      z.object({
        host: z.string().min(1),
        path: z.string().default('/'),
        port: z.number().min(1).max(65_535).nullish(),
        https: z.boolean().default(false),
        applicationId: z.string().nullish(),
        composeId: z.string().nullish(),
        certificateType: z.enum(['letsencrypt', 'none', 'custom']).default('none'),
        domainType: z.enum(['application', 'compose', 'preview']).default('application'),
      }),
      (input) => {
        const row: DomainRow = {
          ...domainColumns,
          ...input,
          port: input.port ?? 3000,
          domainId: rowId(),
          uniqueConfigKey: state.domains.size + 1,
          createdAt: now(),
          applicationId: input.applicationId ?? null,
          composeId: input.composeId ?? null,
        };
        state.domains.set(row.domainId, row);
        return row;
      },
    ),
    'domain.byApplicationId': query(z.object({ applicationId: idText }), ({ applicationId }) => {
      const { appName, name } = rowOf(state.applications, applicationId, 'Application');
      const application = { applicationId, appName, name };
      return where(state.domains, (row) => row.applicationId === applicationId).map((row) => ({ ...row, application }));
    }),
    'domain.byComposeId': query(z.object({ composeId: idText }), ({ composeId }) => {
      const { appName, name } = rowOf(state.composes, composeId, 'Compose');
      const compose = { composeId, appName, name };
      return where(state.domains, (row) => row.composeId === composeId).map((row) => ({ ...row, compose }));
    }),
    'deployment.all': query(z.object({ applicationId: idText }), ({ applicationId }) => {
      rowOf(state.applications, applicationId, 'Application');
      return deploymentsOf(state, 'applicationId', applicationId).toReversed();
    }),
    'deployment.allByCompose': query(z.object({ composeId: idText }), ({ composeId }) => {
      rowOf(state.composes, composeId, 'Compose');
      return deploymentsOf(state, 'composeId', composeId).toReversed();
    }),
    'deployment.readLogs': query(z.object({ deploymentId: idText, tail }), (input) =>
      logs.read(rowOf(state.deployments, input.deploymentId, 'Deployment').logPath, input.tail),
    ),
    'deployment.queueList': query(z.unknown(), () =>
      queue.list().map((job) => ({
        id: job.id,
        name: 'deployments',
        data: {
          [`${job.kind}Id`]: job.serviceId,
          titleLog: job.title,
          descriptionLog: job.description,
          type: job.type,
          applicationType: job.kind,
          server: job.onServer,
        },
        timestamp: job.timestamp,
        ...(job.processedOn === undefined ? {} : { processedOn: job.processedOn }),
        state: job.processedOn === undefined ? 'waiting' : 'active',
        servicePath: path(job.kind, job.serviceId),
      })),
    ),
    'deployment.killProcess': mutation(z.object({ deploymentId: idText }), ({ deploymentId }) => {
      rowOf(state.deployments, deploymentId, 'Deployment');
      // Deployments of images have no process that it knows of (recorded answers 115 and 130).
      throw new RpcError('BAD_REQUEST', 'Deployment is not running');
    }),
  };
}
