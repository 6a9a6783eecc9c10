import { dump } from 'js-yaml';
import { environmentOf, scriptOf, sshPort, staysEnded, volumesOf } from './plan.ts';
import type { MachinePlan } from './types.ts';

/** Enough for the engine inside to end its containers, in seconds. */
const stopGraceSeconds = 20;

/**
 * The compose file of a machine with a Docker engine inside. Everything that Compose would take for a variable is kept from
 * it by a second dollar sign. Volumes have fixed names, for they outlive the service; ports name their protocol, for without
 * one `2222:22` is a number in base 60 to some readers of YAML.
 */
export function composeFileOf(plan: MachinePlan, port: number): string {
  const { image, ports, cpus, memoryMb } = plan;
  const script = scriptOf(plan);
  const volumes = volumesOf(plan);
  const limits = {
    ...(cpus === null ? {} : { cpus: String(cpus) }),
    ...(memoryMb === null ? {} : { memory: `${String(memoryMb)}M` }),
  };
  const file = {
    services: {
      machine: {
        image: literal(image),
        ...(script === undefined ? {} : { entrypoint: ['/bin/sh', '-c'], command: [literal(script)] }),
        privileged: true,
        restart: staysEnded(plan) ? 'on-failure' : 'unless-stopped',
        stop_grace_period: `${String(stopGraceSeconds)}s`,
        environment: Object.entries(environmentOf(plan)).map(([name, value]) => literal(`${name}=${value}`)),
        ports: [{ published: port, target: sshPort, protocol: 'tcp' as const }, ...ports].map(
          ({ published, target, protocol }) => `${String(published)}:${String(target)}/${protocol}`,
        ),
        volumes: volumes.map(({ name, mountPath }) => literal(`${name}:${mountPath}`)),
        ...(cpus === null && memoryMb === null ? {} : { deploy: { resources: { limits } } }),
      },
    },
    volumes: Object.fromEntries(volumes.map(({ name }) => [name, { name }])),
  };
  return dump(file, { lineWidth: -1, noRefs: true });
}

function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}
