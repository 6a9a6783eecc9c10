import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Engine } from '../../api/contract/engine.ts';
import type { DevyardEvent } from '../../api/contract/events.ts';

/** What this window knows of the daemon's resources. Replaced, never mutated. */
export interface Snapshot {
  readonly codeServers: ReadonlyMap<string, CodeServer>;
  /** Undefined until the daemon has said. */
  readonly engine: Engine | undefined;
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
}

export const emptySnapshot: Snapshot = { codeServers: new Map(), engine: undefined };

const nothing = { structure: false, changed: [], removed: [], metrics: [], engine: false } as const;

export function isChange(change: SnapshotChange): boolean {
  return change.structure || change.engine || change.changed.length > 0 || change.metrics.length > 0;
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
    case 'engine.changed':
      return withEngine(snapshot, event.engine);
    case 'job.changed':
    case 'job.progress':
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

export function withEngine(snapshot: Snapshot, engine: Engine): SnapshotChange {
  if (same(snapshot.engine, engine)) return { ...nothing, snapshot };
  return { ...nothing, snapshot: { ...snapshot, engine }, engine: true };
}

/** In the order people read: by name, the older one first where names are the same. */
export function sorted(snapshot: Snapshot): readonly CodeServer[] {
  return [...snapshot.codeServers.values()].sort(
    (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || a.createdAt - b.createdAt,
  );
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
