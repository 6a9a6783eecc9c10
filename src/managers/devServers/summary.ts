import type { ManifestView } from './manifestSource.ts';
import type { DevBuild, DevProcess, DevServer, DevServerDefinition, PartStatus } from './model.ts';
import type { ExternalInfo } from './external/parse.ts';

interface Parts {
  readonly processes: readonly DevProcess[];
  readonly builds: readonly DevBuild[];
  readonly external: ExternalInfo | null;
}

/** What matters most comes first: of the parts' statuses the first in this order is the project's. */
const order: readonly PartStatus[] = ['error', 'building', 'starting', 'running', 'ready', 'stopped', 'idle'];

/** How a project stands as a whole. */
export function overallStatus({ processes, builds, external }: Parts): PartStatus {
  const statuses = [...processes, ...builds].map(({ state }) => state.status);
  // A plugin that runs outside has no parts of ours that could say anything.
  if (external !== null && !statuses.some(isUp)) return 'ready';
  return order.find((status) => statuses.includes(status)) ?? 'idle';
}

export function isUp(status: PartStatus): boolean {
  return status !== 'idle' && status !== 'stopped';
}

type OriginalFields = Pick<
  DevServer,
  | 'mode'
  | 'vitePort'
  | 'viteURL'
  | 'viteStatus'
  | 'goStatus'
  | 'lastBuildDuration'
  | 'lastBuildTime'
  | 'lastError'
  | 'grpcConnected'
>;

/** The flat fields of the original, which knew one page and one build. What is not known is absent. */
export function originalFields({ processes, builds, external }: Parts): OriginalFields {
  const managed = [...processes, ...builds].some(({ state }) => isUp(state.status));
  const page = processes.find(hasPage) ?? processes.find(({ name }) => name === 'ui' || name === 'vite');
  const [build] = builds;
  const run = page === undefined ? undefined : runOf(page);
  const vitePort = run?.port ?? external?.vitePort;
  const built = builds
    .flatMap(({ state }) => (state.status === 'ready' || state.status === 'error' ? [state] : []))
    .toSorted((a, b) => b.at - a.at)[0];
  const lastError = newestError(processes, builds);
  return {
    mode: managed ? 'managed' : external === null ? 'idle' : 'external',
    ...(vitePort === undefined ? {} : { vitePort, viteURL: run?.url ?? `http://127.0.0.1:${String(vitePort)}/` }),
    ...(page === undefined ? {} : { viteStatus: page.state.status }),
    ...(build === undefined ? {} : { goStatus: build.state.status }),
    ...(built === undefined ? {} : { lastBuildTime: new Date(built.at).toISOString() }),
    ...(built === undefined || built.durationMs === null ? {} : { lastBuildDuration: built.durationMs * 1_000_000 }),
    ...(lastError === undefined ? {} : { lastError }),
    // Only an address that was dialled is said to answer, and one that does not answer is not attached at all.
    ...(external === null || managed ? {} : { grpcConnected: true }),
  };
}

const runOf = ({ state }: DevProcess) =>
  state.status === 'running' || state.status === 'ready' ? state.run : undefined;
const hasPage = (process: DevProcess): boolean => (runOf(process)?.port ?? null) !== null;

function newestError(processes: readonly DevProcess[], builds: readonly DevBuild[]): string | undefined {
  const failed = [
    ...processes.flatMap(({ name, state }) => (state.status === 'error' ? [{ name, ...state }] : [])),
    ...builds.flatMap(({ name, state }) => (state.status === 'error' ? [{ name, ...state }] : [])),
  ];
  const newest = failed.toSorted((a, b) => b.at - a.at)[0];
  return newest === undefined ? undefined : `${newest.name}: ${newest.reason}`;
}

interface Standing {
  readonly isUp: boolean;
  readonly isStopping: boolean;
  readonly parts: Parts;
}

/** A project as everybody is told of it. Nothing of its plan that may hold a value of an environment is in it. */
export function snapshotOf(
  { createdAt, hostId, id, manifest, plan, planHash, pluginId }: DevServerDefinition,
  { hash, problem, trusted }: ManifestView,
  { isStopping, isUp: isProjectUp, parts }: Standing,
): DevServer {
  return {
    id,
    pluginID: pluginId,
    devPath: plan.root,
    ...originalFields(parts),
    status: overallStatus(parts),
    stopping: isStopping,
    manifest,
    preset: plan.preset,
    trusted,
    manifestHash: hash,
    ...(problem === undefined ? {} : { problem }),
    manifestChanged: isProjectUp && hash !== planHash,
    keepRunning: plan.keepRunning,
    ...parts,
    createdAt,
    hostId,
  };
}
