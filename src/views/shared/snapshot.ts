import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { DevServer } from '../../api/contract/devServers.ts';
import type { Engine } from '../../api/contract/engine.ts';
import type { DevyardEvent } from '../../api/contract/events.ts';
import type { Job } from '../../api/contract/jobs.ts';
import {
  dokployAfter,
  type DokployChange,
  dokployFrom,
  type DokployLists,
  type DokployState,
  emptyDokploy,
  isDokployChange,
  noDokployChange,
} from './dokployState.ts';

/** What this window knows of the daemon's resources. Replaced, never mutated. */
export interface Snapshot extends DokployState {
  readonly codeServers: ReadonlyMap<string, CodeServer>;
  readonly devServers: ReadonlyMap<string, DevServer>;
  /** Undefined until the daemon has said. */
  readonly engine: Engine | undefined;
  /** By id: those that run, and the one that has ended just now. */
  readonly jobs: ReadonlyMap<string, Job>;
}

/** A new snapshot, and what is different in it, so that a view repaints only that. */
export interface SnapshotChange {
  readonly snapshot: Snapshot;
  /** Some code-server came, went or changed its name: the list as a whole is different. */
  readonly structure: boolean;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Only the metrics of these are new. */
  readonly metrics: readonly string[];
  readonly engine: boolean;
  /** Jobs that began, ended, or said something new. */
  readonly jobs: readonly Job[];
  readonly devServers: DevServerChange;
  readonly dokploy: DokployChange;
}

/** What is different among the projects with dev servers, by their ids. */
export interface DevServerChange {
  /** Some project came, went or changed its name: the list as a whole is different. */
  readonly structure: boolean;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export const emptySnapshot: Snapshot = {
  codeServers: new Map(),
  devServers: new Map(),
  ...emptyDokploy,
  engine: undefined,
  jobs: new Map(),
};

const nothing = {
  structure: false,
  changed: [],
  removed: [],
  metrics: [],
  engine: false,
  jobs: [],
  devServers: { structure: false, changed: [], removed: [] },
  dokploy: noDokployChange,
} as const;

export function isChange(change: SnapshotChange): boolean {
  const { structure, engine, changed, metrics, jobs, dokploy } = change;
  const own = structure || engine || changed.length > 0 || metrics.length > 0 || jobs.length > 0;
  return own || concernsDevServers(change) || isDokployChange(dokploy);
}

export function concernsDevServers({ devServers }: SnapshotChange): boolean {
  return devServers.structure || devServers.changed.length > 0;
}

export function withEvent(snapshot: Snapshot, event: DevyardEvent): SnapshotChange {
  switch (event.type) {
    case 'codeServer.created':
    case 'codeServer.changed':
      return withCodeServer(snapshot, event.codeServer);
    case 'codeServer.deleted':
      return without(snapshot, event.id);
    case 'codeServer.metrics': {
      const known = snapshot.codeServers.get(event.id);
      if (known === undefined) return { ...nothing, snapshot };
      const codeServers = new Map(snapshot.codeServers).set(event.id, { ...known, metrics: event.metrics });
      return { ...nothing, snapshot: { ...snapshot, codeServers }, metrics: [event.id] };
    }
    case 'job.changed':
    case 'job.progress':
      return withJob(snapshot, event.job);
    case 'engine.changed':
      return withEngine(snapshot, event.engine);
    case 'plugin/devserver/status': {
      const { type: _, ...devServer } = event;
      return withDevServer(snapshot, devServer);
    }
    case 'devServer.deleted':
      return withDevServers(
        snapshot,
        [...snapshot.devServers.values()].filter(({ id }) => id !== event.id),
      );
    case 'dokploy.serverChanged':
    case 'dokploy.serverRemoved':
    case 'dokploy.workspaceChanged':
    case 'dokploy.workspaceRemoved':
    case 'dokploy.checked': {
      const { state, change } = dokployAfter(snapshot, event);
      return { ...nothing, snapshot: { ...snapshot, ...state }, dokploy: change };
    }
    // Its problems are in the state, too, which comes with it.
    case 'plugin/devserver/error':
    case 'config.changed':
    case 'settings.changed':
    case 'problem':
    case 'hello':
    case 'reset':
  }
  return { ...nothing, snapshot };
}

/** Puts the answer of `codeServers.list` in the place of what was known; only real differences count as changes. */
export function withList(snapshot: Snapshot, list: readonly CodeServer[]): SnapshotChange {
  const codeServers = new Map(list.map((codeServer) => [codeServer.id, codeServer]));
  const removed = [...snapshot.codeServers.keys()].filter((id) => !codeServers.has(id));
  const changed = list.filter((one) => !same(snapshot.codeServers.get(one.id), one)).map((one) => one.id);
  const structure =
    removed.length > 0 || changed.some((id) => snapshot.codeServers.get(id)?.name !== codeServers.get(id)?.name);
  return { ...nothing, snapshot: { ...snapshot, codeServers }, structure, changed, removed };
}

/** Puts the answer of `devServers.list` in the place of what was known; only real differences count as changes. */
export function withDevServers(snapshot: Snapshot, list: readonly DevServer[]): SnapshotChange {
  const devServers = new Map(list.map((devServer) => [devServer.id, devServer]));
  const removed = [...snapshot.devServers.keys()].filter((id) => !devServers.has(id));
  const changed = list.filter((one) => !same(snapshot.devServers.get(one.id), one)).map((one) => one.id);
  const structure =
    removed.length > 0 || changed.some((id) => snapshot.devServers.get(id)?.pluginID !== devServers.get(id)?.pluginID);
  return { ...nothing, snapshot: { ...snapshot, devServers }, devServers: { structure, changed, removed } };
}

/** Puts the answers of `dokploy.servers` and `dokploy.list` in the place of what was known. */
export function withDokploy(snapshot: Snapshot, lists: DokployLists): SnapshotChange {
  const { state, change } = dokployFrom(snapshot, lists);
  return { ...nothing, snapshot: { ...snapshot, ...state }, dokploy: change };
}

export function withEngine(snapshot: Snapshot, engine: Engine): SnapshotChange {
  if (same(snapshot.engine, engine)) return { ...nothing, snapshot };
  return { ...nothing, snapshot: { ...snapshot, engine }, engine: true };
}

/** Takes the answer of `jobs.list`: what runs, and the end of what this window saw running. */
export function withJobs(snapshot: Snapshot, list: readonly Job[]): SnapshotChange {
  const of = list.filter((job) => isRunning(job) || snapshot.jobs.has(job.id));
  const jobs = new Map(of.map((job) => [job.id, job]));
  const gone = [...snapshot.jobs.values()].filter(({ id }) => !jobs.has(id));
  const fresh = of.filter((job) => !same(snapshot.jobs.get(job.id), job));
  return { ...nothing, snapshot: { ...snapshot, jobs }, jobs: [...gone, ...fresh] };
}

/** The work that is being done for a resource; of several that wait for each other the one that has its turn. */
export function runningJobOf(snapshot: Snapshot, resourceId: string): Job | undefined {
  for (const job of snapshot.jobs.values()) if (job.resourceId === resourceId && isRunning(job)) return job;
  return undefined;
}

export function isRunning(job: Job): boolean {
  return job.state.status === 'running';
}

/** In the order people read: by name, the older one first where names are the same. */
export function sorted(snapshot: Snapshot): readonly CodeServer[] {
  return [...snapshot.codeServers.values()].sort(
    (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || a.createdAt - b.createdAt,
  );
}

/** Projects in the order people read: by name, then by folder. */
export function sortedDevServers(snapshot: Snapshot): readonly DevServer[] {
  return [...snapshot.devServers.values()].sort(
    (a, b) => a.pluginID.localeCompare(b.pluginID, undefined, { numeric: true }) || a.devPath.localeCompare(b.devPath),
  );
}

function withDevServer(snapshot: Snapshot, devServer: DevServer): SnapshotChange {
  const known = snapshot.devServers.get(devServer.id);
  if (same(known, devServer)) return { ...nothing, snapshot };
  const devServers = new Map(snapshot.devServers).set(devServer.id, devServer);
  const structure = known?.pluginID !== devServer.pluginID;
  return {
    ...nothing,
    snapshot: { ...snapshot, devServers },
    devServers: { structure, changed: [devServer.id], removed: [] },
  };
}

function withCodeServer(snapshot: Snapshot, codeServer: CodeServer): SnapshotChange {
  const known = snapshot.codeServers.get(codeServer.id);
  if (same(known, codeServer)) return { ...nothing, snapshot };
  const codeServers = new Map(snapshot.codeServers).set(codeServer.id, codeServer);
  return {
    ...nothing,
    snapshot: { ...snapshot, codeServers },
    structure: known?.name !== codeServer.name,
    changed: [codeServer.id],
  };
}

function withJob(snapshot: Snapshot, job: Job): SnapshotChange {
  const known = snapshot.jobs.get(job.id);
  // Progress may be told once more behind the end; an end that nobody waited for is no news.
  if (same(known, job) || (known !== undefined && !isRunning(known))) return { ...nothing, snapshot };
  const jobs = new Map([...snapshot.jobs].filter(([id, one]) => id === job.id || isRunning(one)));
  return { ...nothing, snapshot: { ...snapshot, jobs: jobs.set(job.id, job) }, jobs: [job] };
}

function without(snapshot: Snapshot, id: string): SnapshotChange {
  if (!snapshot.codeServers.has(id)) return { ...nothing, snapshot };
  const codeServers = new Map(snapshot.codeServers);
  codeServers.delete(id);
  return { ...nothing, snapshot: { ...snapshot, codeServers }, structure: true, removed: [id] };
}

/** Both sides were parsed from JSON of one schema, so the order of their keys is the same. */
function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
