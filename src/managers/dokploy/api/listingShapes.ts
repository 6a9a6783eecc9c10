import { type Decode, type Fields, fieldsOf, listOf } from './decode.ts';
import type { ListedEnvironment, ListedProject, ListedService, QueuedJob, ServiceKind, TargetServer } from './types.ts';
import { statusOf } from './serviceShapes.ts';

/** Answer of project.all. An environment leaves out the kinds of services whose rows the key may not see. */
export const projectsShape: Decode<readonly ListedProject[]> = listOf((value, path) => {
  const project = fieldsOf(value, path);
  return {
    projectId: project.text('projectId'),
    name: project.text('name'),
    environments: project.list('environments', environmentShape),
  };
});

const environmentShape: Decode<ListedEnvironment> = (value, path) => {
  const environment = fieldsOf(value, path);
  const services = (name: string, kind: ServiceKind): ListedService[] =>
    environment.list(name, (item, at) => listedService(fieldsOf(item, at), kind));
  return {
    environmentId: environment.text('environmentId'),
    name: environment.text('name'),
    isDefault: environment.flag('isDefault'),
    services: [...services('applications', 'application'), ...services('compose', 'compose')],
  };
};

const listedService = (row: Fields, kind: ServiceKind): ListedService => ({
  kind,
  id: row.text(`${kind}Id`),
  name: row.words('name'),
  status: statusOf(row, kind),
});

/** Answer of server.all. Its status says nothing: it is `active` for a server that cannot be reached. */
export const targetServersShape: Decode<readonly TargetServer[]> = listOf((value, path) => {
  const server = fieldsOf(value, path);
  return { serverId: server.text('serverId'), name: server.text('name'), ipAddress: server.words('ipAddress') };
});

/** Answer of deployment.queueList. Databases and previews have jobs there, too, which are left out. */
export const queueShape: Decode<readonly QueuedJob[]> = (value, path) =>
  listOf((item, at) => jobOf(fieldsOf(item, at)))(value, path).filter((job) => job !== undefined);

function jobOf(job: Fields): QueuedJob | undefined {
  const { serviceId, title } = job.object('data', (data) => {
    const isPreview = data.textOrNull('previewDeploymentId') !== null;
    const id = data.textOrNull('applicationId') ?? data.textOrNull('composeId');
    return { serviceId: isPreview ? null : id, title: data.words('titleLog') };
  });
  if (serviceId === null) return undefined;
  return { serviceId, title, state: job.oneOf<QueuedJob['state']>('state', ['waiting', 'active'], 'other') };
}
