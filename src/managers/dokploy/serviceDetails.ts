import type { Service } from './api/types.ts';
import { type Details, noDetails } from './records.ts';

/** What a face shows of a service that Devyard did not make. */
export function detailsOfService(service: Service): Details {
  const { dockerImage, cpuLimit, memoryLimit, env, mounts, ports, domains } = service;
  return {
    ...noDetails,
    image: dockerImage,
    cpus: limitOf(cpuLimit, 1e9),
    memoryMb: limitOf(memoryLimit, 1_048_576),
    envNames: env.split('\n').flatMap((line) => /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1] ?? []),
    volumes: mounts.flatMap(({ volumeName, mountPath }) =>
      volumeName === null ? [] : [{ name: volumeName, mountPath }],
    ),
    ports: ports.map(({ publishedPort, targetPort, protocol }) => ({
      published: publishedPort,
      target: targetPort,
      protocol,
    })),
    domains: domains.map(({ host, https, path }) => `${https ? 'https' : 'http'}://${host}${path === '/' ? '' : path}`),
  };
}

/** Dokploy keeps limits as text that somebody typed. */
function limitOf(text: string | null, unit: number): number | null {
  const value = Number(text) / unit;
  return Number.isFinite(value) && value > 0 ? value : null;
}
