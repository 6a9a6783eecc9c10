import { isDeepStrictEqual } from 'node:util';
import type { ComposeService } from './composeFile.ts';
import type { Machine, MachineFacts, Machines } from './machines/types.ts';
import type { Timing } from './timing.ts';

interface Container {
  readonly name: string;
  readonly made: ComposeService;
  readonly machine: Machine;
}

export interface ContainerRow {
  readonly containerId: string;
  readonly name: string;
  readonly state: string;
  readonly status: string;
}

export type ComposeProjects = ReturnType<typeof openComposeProjects>;

/** What `docker compose -p PROJECT up|stop|down` does. */
export function openComposeProjects(machines: Machines, timing: Timing) {
  const projects = new Map<string, Map<string, Container>>();
  const volumes = new Map<string, Set<string>>();
  const rules = new Map<string, number>();
  const servers = new Map<string, string | null>();

  const graceMs = (): number => timing.scaled(10_000);
  async function end(container: Container): Promise<void> {
    await container.machine.stop(graceMs());
    await container.machine.remove();
  }

  function withRule(project: string, service: ComposeService): ComposeService {
    const exitCode = rules.get(project) ?? rules.get(service.machine.image);
    if (exitCode === undefined) return service;
    const machine = { ...service.machine, entrypoint: ['/bin/sh'], command: ['-c', `exit ${String(exitCode)}`] };
    return { ...service, machine };
  }

  return {
    /** Makes what is missing or changed, starts what stands still, and takes away what the file no longer has. */
    async up(project: string, serverId: string | null, services: readonly ComposeService[]): Promise<void> {
      servers.set(project, serverId);
      const containers = projects.get(project) ?? new Map<string, Container>();
      projects.set(project, containers);
      for (const [name, old] of containers) {
        if (services.some((service) => service.name === name)) continue;
        await end(old);
        containers.delete(name);
      }
      for (const wanted of services) {
        const service = withRule(project, wanted);
        const failure = await machines.pull(service.machine.image);
        if (failure !== undefined) throw new Error(failure);
        const old = containers.get(service.name);
        let container = old;
        if (old === undefined || !isDeepStrictEqual(old.made, service)) {
          if (old !== undefined) await end(old);
          const name = `${project}-${service.name}-1`;
          const made = { ...service.machine, name };
          container = { name, made: service, machine: await machines.create(made) };
          containers.set(service.name, container);
          const own = volumes.get(project) ?? new Set();
          for (const volume of service.machine.volumes) own.add(volume.name);
          volumes.set(project, own);
        }
        const state = (await container?.machine.inspect())?.state;
        if (state !== 'running' && state !== 'restarting') await container?.machine.start();
      }
      await timing.pause(600);
    },
    /** `up` with the file as it was last deployed: no more than starting again what stands still. */
    async start(project: string): Promise<void> {
      for (const { machine } of projects.get(project)?.values() ?? []) {
        const { state } = await machine.inspect();
        if (state !== 'running' && state !== 'restarting') await machine.start();
      }
      await timing.pause(600);
    },
    /** The containers stay, with what is in them. */
    async stop(project: string): Promise<void> {
      await Promise.all([...(projects.get(project)?.values() ?? [])].map(({ machine }) => machine.stop(graceMs())));
    },
    async down(project: string, withVolumes: boolean): Promise<void> {
      const containers = [...(projects.get(project)?.values() ?? [])];
      projects.delete(project);
      await Promise.all(containers.map(end));
      if (withVolumes) for (const volume of volumes.get(project) ?? []) await machines.removeVolume(volume);
      volumes.delete(project);
    },
    /** None where that server has no such project. */
    async rows(project: string, serverId: string | null): Promise<ContainerRow[]> {
      if (servers.get(project) !== serverId) return [];
      const containers = [...(projects.get(project)?.values() ?? [])];
      return Promise.all(
        containers.map(async ({ name, machine }) => ({
          containerId: machine.id.slice(0, 12),
          name,
          ...(await machine.inspect()),
        })),
      );
    },
    facts: (project: string): MachineFacts | undefined => [...(projects.get(project)?.values() ?? [])][0]?.made.machine,
    projects: (): string[] => [...projects].filter(([, containers]) => containers.size > 0).map(([name]) => name),
    /** By the id of a container, however short, or its name, however short. */
    machineOf(id: string): Machine | undefined {
      const all = [...projects.values()].flatMap((containers) => [...containers.values()]);
      return all.find(({ name, machine }) => machine.id.startsWith(id) || name.startsWith(id))?.machine;
    },
    failServices(match: string, exitCode: number | null): void {
      if (exitCode === null) rules.delete(match);
      else rules.set(match, exitCode);
    },
  };
}
