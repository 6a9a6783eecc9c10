import type { DokployServer, Workspace } from '../../api/contract/dokploy.ts';
import type { DevyardEvent } from '../../api/contract/events.ts';

/** What this window knows of Dokploy. Replaced, never mutated. */
export interface DokployState {
  readonly dokployServers: ReadonlyMap<string, DokployServer>;
  /** Also the services that Devyard could take care of (`managed: no`). */
  readonly workspaces: ReadonlyMap<string, Workspace>;
}

/** The answers of `dokploy.servers` and `dokploy.list`. */
export interface DokployLists {
  readonly servers: readonly DokployServer[];
  readonly workspaces: readonly Workspace[];
}

/** What is different, by ids; what is new is among the changed ones. */
export interface DokployChange {
  readonly servers: readonly string[];
  readonly workspaces: readonly string[];
  readonly removedServers: readonly string[];
  readonly removedWorkspaces: readonly string[];
}

type DokployEvent = Extract<DevyardEvent, { readonly type: `dokploy.${string}` }>;

export const emptyDokploy: DokployState = { dokployServers: new Map(), workspaces: new Map() };
export const noDokployChange: DokployChange = {
  servers: [],
  workspaces: [],
  removedServers: [],
  removedWorkspaces: [],
};

export function isDokployChange(change: DokployChange): boolean {
  return Object.values(change).some((ids: readonly string[]) => ids.length > 0);
}

/** The state after an event. The maps of what it does not touch stay the same objects. */
export function dokployAfter(
  { dokployServers, workspaces }: DokployState,
  event: DokployEvent,
): { readonly state: DokployState; readonly change: DokployChange } {
  const unchanged = { state: { dokployServers, workspaces }, change: noDokployChange };
  switch (event.type) {
    case 'dokploy.serverChanged': {
      const { server } = event;
      if (same(dokployServers.get(server.id), server)) return unchanged;
      return withServer(server);
    }
    case 'dokploy.checked': {
      const server = dokployServers.get(event.id);
      if (server === undefined || server.checkedAt === event.at) return unchanged;
      return withServer({ ...server, checkedAt: event.at });
    }
    case 'dokploy.workspaceChanged': {
      const { workspace } = event;
      if (same(workspaces.get(workspace.id), workspace)) return unchanged;
      return {
        state: { dokployServers, workspaces: new Map(workspaces).set(workspace.id, workspace) },
        change: { ...noDokployChange, workspaces: [workspace.id] },
      };
    }
    case 'dokploy.serverRemoved': {
      if (!dokployServers.has(event.id)) return unchanged;
      return {
        state: { dokployServers: without(dokployServers, event.id), workspaces },
        change: { ...noDokployChange, removedServers: [event.id] },
      };
    }
    case 'dokploy.workspaceRemoved': {
      if (!workspaces.has(event.id)) return unchanged;
      return {
        state: { dokployServers, workspaces: without(workspaces, event.id) },
        change: { ...noDokployChange, removedWorkspaces: [event.id] },
      };
    }
  }

  function withServer(server: DokployServer): { readonly state: DokployState; readonly change: DokployChange } {
    return {
      state: { dokployServers: new Map(dokployServers).set(server.id, server), workspaces },
      change: { ...noDokployChange, servers: [server.id] },
    };
  }
}

/** Puts lists that were read in the place of what was known; only real differences count as changes. */
export function dokployFrom(
  known: DokployState,
  lists: DokployLists,
): { readonly state: DokployState; readonly change: DokployChange } {
  const servers = replaced(known.dokployServers, lists.servers);
  const workspaces = replaced(known.workspaces, lists.workspaces);
  return {
    state: { dokployServers: servers.map, workspaces: workspaces.map },
    change: {
      servers: servers.changed,
      workspaces: workspaces.changed,
      removedServers: servers.removed,
      removedWorkspaces: workspaces.removed,
    },
  };
}

/** In the order people read. */
export function sortedServers({ dokployServers }: DokployState): readonly DokployServer[] {
  return [...dokployServers.values()].sort((a, b) => byText(a.name, b.name) || a.createdAt - b.createdAt);
}

/** What Devyard takes care of comes first; each by name. `serverId`: only those of one server. */
export function sortedWorkspaces({ workspaces }: DokployState, serverId?: string): readonly Workspace[] {
  const rank = ({ managed }: Workspace): number => (managed === 'no' ? 1 : 0);
  return [...workspaces.values()]
    .filter((one) => serverId === undefined || one.serverId === serverId)
    .sort((a, b) => rank(a) - rank(b) || byText(a.name, b.name) || byText(a.id, b.id));
}

const { compare } = new Intl.Collator(undefined, { numeric: true });

/** The order of texts for people; `node2` before `node10`. */
export function byText(a: string, b: string): number {
  return compare(a, b);
}

function replaced<One extends { readonly id: string }>(
  known: ReadonlyMap<string, One>,
  list: readonly One[],
): {
  readonly map: ReadonlyMap<string, One>;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
} {
  const map = new Map(list.map((one) => [one.id, one]));
  const changed = list.filter((one) => !same(known.get(one.id), one)).map(({ id }) => id);
  const removed = [...known.keys()].filter((id) => !map.has(id));
  return { map, changed, removed };
}

function without<One>(map: ReadonlyMap<string, One>, id: string): ReadonlyMap<string, One> {
  return new Map([...map].filter(([one]) => one !== id));
}

/** Both sides were parsed from JSON of one schema, so the order of their keys is the same. */
function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
