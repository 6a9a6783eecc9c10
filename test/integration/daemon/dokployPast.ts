import type { DokployDouble } from '../../support/dokploy/double.ts';
import { callDokploy } from './dokployYard.ts';

interface Settings {
  readonly env?: string;
  readonly ports?: readonly { readonly published: number; readonly target: number }[];
  /** Of a shell that takes the place of the image's own program. */
  readonly args?: readonly string[];
  /** Where something is kept from one container to the next. */
  readonly volume?: string;
}

/** An environment in a project of that name. */
export async function projectInDokploy(dokploy: DokployDouble, name: string): Promise<string> {
  const made = await callDokploy(dokploy, 'project.create', { name });
  return (made as { environment: { environmentId: string } }).environment.environmentId;
}

/** An application that somebody made in Dokploy, past Devyard, and that runs. Resolves with its id. */
export async function applicationInDokploy(
  dokploy: DokployDouble,
  environmentId: string,
  name: string,
  { env = '', ports = [], args, volume }: Settings,
): Promise<string> {
  const made = await callDokploy(dokploy, 'application.create', { name, appName: name, environmentId });
  const { applicationId } = made as { applicationId: string };
  const provider = { dockerImage: dokploy.image, username: '', password: '', registryUrl: '' };
  await callDokploy(dokploy, 'application.saveDockerProvider', { applicationId, ...provider });
  const environment = { env, buildArgs: '', buildSecrets: '', createEnvFile: false };
  await callDokploy(dokploy, 'application.saveEnvironment', { applicationId, ...environment });
  if (args !== undefined) await callDokploy(dokploy, 'application.update', { applicationId, command: '/bin/sh', args });
  const mount = { type: 'volume', serviceId: applicationId, volumeName: `${name}-${applicationId}`, mountPath: volume };
  if (volume !== undefined) await callDokploy(dokploy, 'mounts.create', mount);
  for (const { published, target } of ports) {
    const port = { publishedPort: published, targetPort: target, protocol: 'tcp', publishMode: 'host' };
    await callDokploy(dokploy, 'port.create', { applicationId, ...port });
  }
  await callDokploy(dokploy, 'application.deploy', { applicationId });
  return applicationId;
}

/** The same of a compose service. */
export async function composeInDokploy(
  dokploy: DokployDouble,
  environmentId: string,
  name: string,
  composeFile: string,
): Promise<string> {
  const made = await callDokploy(dokploy, 'compose.create', { name, appName: name, environmentId });
  const { composeId } = made as { composeId: string };
  const changes = { composeType: 'docker-compose', sourceType: 'raw', composeFile };
  await callDokploy(dokploy, 'compose.update', { composeId, ...changes });
  await callDokploy(dokploy, 'compose.deploy', { composeId });
  return composeId;
}
