import { type Decode, type Fields, fieldsOf, listOf } from './decode.ts';
import type { Deployment, DomainRow, MountRow, PortRow, Service, ServiceKind, ServiceStatus } from './types.ts';

const statuses: readonly ServiceStatus[] = ['idle', 'running', 'done', 'error'];

/** `idle` where there is none or a new one: what it is then is seen in its tasks. */
export const statusOf = (row: Fields, kind: ServiceKind): ServiceStatus =>
  row.oneOf<ServiceStatus>(`${kind}Status`, statuses, 'idle');

/** Answers of application.one and compose.one. */
export const serviceShape =
  (kind: ServiceKind): Decode<Service> =>
  (value, path) => {
    const row = fieldsOf(value, path);
    return {
      kind,
      id: row.text(`${kind}Id`),
      name: row.words('name'),
      appName: row.text('appName'),
      description: row.words('description'),
      status: statusOf(row, kind),
      ...(row.objectOrNull('environment', placeOf) ?? nowhere),
      serverId: row.textOrNull('serverId'),
      serverAddress: row.objectOrNull('server', (server) => server.textOrNull('ipAddress')),
      env: row.words('env'),
      dockerImage: row.textOrNull('dockerImage'),
      composeFile: row.textOrNull('composeFile'),
      memoryLimit: row.textOrNull('memoryLimit'),
      cpuLimit: row.textOrNull('cpuLimit'),
      command: row.textOrNull('command'),
      args: row.list('args', (item) => String(item)),
      ports: row.list('ports', portShape),
      mounts: row.list('mounts', mountShape),
      domains: row.list('domains', domainShape),
      deployments: newestFirst(row.list('deployments', deploymentShape)),
    };
  };

/** Listings say in full where a service is. */
const placeOf = (environment: Fields): Pick<Service, 'environmentId' | 'projectId'> => ({
  environmentId: environment.textOrNull('environmentId'),
  projectId: environment.objectOrNull('project', (project) => project.textOrNull('projectId')),
});
const nowhere = { environmentId: null, projectId: null };

const portShape: Decode<PortRow> = (value, path) => {
  const port = fieldsOf(value, path);
  return {
    portId: port.text('portId'),
    publishedPort: port.number('publishedPort'),
    targetPort: port.number('targetPort'),
    protocol: port.oneOf<PortRow['protocol']>('protocol', ['tcp', 'udp'], 'tcp'),
    publishMode: port.oneOf<PortRow['publishMode']>('publishMode', ['ingress', 'host'], 'ingress'),
  };
};

const mountShape: Decode<MountRow> = (value, path) => {
  const mount = fieldsOf(value, path);
  return {
    mountId: mount.text('mountId'),
    type: mount.oneOf<MountRow['type']>('type', ['volume', 'bind', 'file'], 'file'),
    volumeName: mount.textOrNull('volumeName'),
    mountPath: mount.words('mountPath'),
  };
};

const domainShape: Decode<DomainRow> = (value, path) => {
  const domain = fieldsOf(value, path);
  return {
    host: domain.text('host'),
    https: domain.flag('https'),
    path: domain.textOrNull('path') ?? '/',
    port: domain.numberOrNull('port'),
  };
};

const deploymentShape: Decode<Deployment> = (value, path) => {
  const row = fieldsOf(value, path);
  return {
    deploymentId: row.text('deploymentId'),
    title: row.words('title'),
    // Null and what is new there count as not finished.
    status: row.oneOf<Deployment['status']>('status', ['running', 'done', 'error', 'cancelled'], 'running'),
    logPath: row.words('logPath'),
    errorMessage: row.textOrNull('errorMessage'),
    createdAt: row.words('createdAt'),
  };
};

/** Answers of deployment.all and deployment.allByCompose. */
export const deploymentsShape: Decode<readonly Deployment[]> = (value, path) =>
  newestFirst(listOf(deploymentShape)(value, path));

/** application.one lists them in no order at all. Within one millisecond the later row of the answer may be either. */
function newestFirst(deployments: readonly Deployment[]): readonly Deployment[] {
  return deployments.toSorted((a, b) => (a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? 1 : -1));
}

/** Answers of application.create and compose.create. Dokploy has added a suffix of its own to the appName. */
export const createdShape =
  (kind: ServiceKind): Decode<{ readonly id: string; readonly appName: string }> =>
  (value, path) => {
    const row = fieldsOf(value, path);
    return { id: row.text(`${kind}Id`), appName: row.text('appName') };
  };
