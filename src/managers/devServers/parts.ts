import type { ResourceLog } from '../shared/logs/types.ts';
import type { RunRecord } from '../shared/processes/types.ts';
import { BuildPart } from './buildPart.ts';
import type { DevServerContext } from './context.ts';
import type { Part } from './part.ts';
import type { BuildProblem, ProjectPlan } from './plan.ts';
import { ProcessPart } from './processPart.ts';
import { reload } from './reload.ts';
import type { Surroundings } from './surroundings.ts';
import { partOf } from './resource.ts';

/** What a project consists of. */
export interface Parts {
  readonly processes: readonly ProcessPart[];
  readonly builds: readonly BuildPart[];
}

export interface PartsOptions {
  readonly context: DevServerContext;
  readonly projectId: string;
  readonly plan: ProjectPlan;
  readonly log: ResourceLog;
  readonly surroundings: Surroundings;
  /** Ports its processes had last, by name. */
  readonly lastPorts: Readonly<Record<string, number>>;
  readonly debug: boolean;
  /** Whether what a build feeds runs already, by the name of the build. */
  readonly resumed: (build: string) => boolean;
  readonly onProblems: (build: string, problems: readonly BuildProblem[]) => void;
}

/** Makes the parts of a plan, each of which knows of the others what it needs: their ports, and how to restart them. */
export function partsOf(options: PartsOptions): Parts {
  const { context, debug, lastPorts, log, onProblems, plan, projectId, resumed, surroundings } = options;
  const common = { context, projectId, log, ...surroundings };
  const find = (name: string): ProcessPart | undefined => processes.find((process) => process.name === name);
  const portOf = (name: string): number | null => find(name)?.port ?? null;
  const processes: readonly ProcessPart[] = plan.processes.map(
    (one) =>
      new ProcessPart({
        ...common,
        pluginId: plan.pluginId,
        plan: one,
        lastPort: lastPorts[one.name],
        portOf,
        debug,
      }),
  );
  const builds = plan.builds.map(
    (one) =>
      new BuildPart({
        ...common,
        root: plan.root,
        plan: one,
        resumed: resumed(one.name),
        reload: (signal) =>
          reload(context, one.reload, {
            ...common,
            build: one.name,
            signal,
            restart: async (name) => find(name)?.reload(),
            portOf,
          }),
        onProblems: (problems) => onProblems(one.name, problems),
      }),
  );
  return { processes, builds };
}

export const allOf = ({ builds, processes }: Parts): readonly Part[] => [...builds, ...processes];

/** Those first that others of them depend on; circles are refused when a plan is made. */
function inOrder<P extends Pick<Part, 'name' | 'dependsOn'>>(parts: readonly P[]): readonly P[] {
  const done = new Set<P>();
  const take = (part: P): void => {
    if (done.has(part)) return;
    for (const name of part.dependsOn) parts.filter((other) => other.name === name).forEach(take);
    done.add(part);
  };
  parts.forEach(take);
  return [...done];
}

/** The ports that processes have, or had last since they were made. */
export function portsOf({ processes }: Parts): Readonly<Record<string, number>> {
  return Object.fromEntries(processes.flatMap(({ name, port }) => (port === null ? [] : [[name, port] as const])));
}

/** What ended by itself, with nothing that could begin again by itself, is over. */
export function haveEnded({ builds, processes }: Parts): boolean {
  return (
    processes.length > 0 &&
    processes.every(({ snapshot }) => snapshot.state.status === 'stopped') &&
    builds.every(({ snapshot }) => !snapshot.watching && snapshot.state.status === 'ready')
  );
}

/** Takes over what a former daemon ran of them. Resolves with the names of those that run; faults are reported. */
export async function takeOver(
  { processes }: Parts,
  records: readonly RunRecord[],
  onProblem: (error: unknown) => void,
): Promise<readonly string[]> {
  const names: string[] = [];
  // A ready probe may name the port of a process that its own depends on.
  for (const part of inOrder(processes)) {
    const own = records.filter((record) => partOf(record) === part.name);
    try {
      if (await part.resume(own)) names.push(part.name);
    } catch (error) {
      onProblem(error);
    }
  }
  return names;
}
