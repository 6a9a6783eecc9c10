import type { Workspace, WorkspaceForward } from '../../api/contract/dokploy.ts';
import type { Localizer } from '../shared/l10n.ts';
import type { Presentation } from '../shared/presentation.ts';
import { runningJobOf, type Snapshot, type SnapshotChange } from '../shared/snapshot.ts';
import { dokployItemOf } from './items.ts';
import { childrenOf, groupOf, parentOf } from './layout.ts';
import { presentForward, presentGroup, presentServer, presentWorkspace } from './presentation.ts';
import { forwardTooltip, serverTooltip, workspaceTooltip } from './tooltip.ts';

/** How a row looks now, or undefined for one that is gone. `now` in milliseconds since the epoch. */
export function rowOf(snapshot: Snapshot, row: string, now: number, l10n: Localizer): Presentation | undefined {
  const server = snapshot.dokployServers.get(row);
  if (server !== undefined) return presentServer(server, [...snapshot.workspaces.values()], now, l10n);
  const workspace = snapshot.workspaces.get(row);
  if (workspace !== undefined) {
    const home = snapshot.dokployServers.get(workspace.serverId);
    return presentWorkspace(workspace, l10n, runningJobOf(snapshot, row), home);
  }
  const found = forwardOf(snapshot, row);
  if (found !== undefined) return presentForward(found.forward, l10n);
  const group = groupOf(snapshot, row);
  return group && presentGroup(group.label, group.kind, group.workspaces, l10n);
}

/** Markdown, or undefined for a row that has nothing more to say. */
export function tooltipOfRow(snapshot: Snapshot, row: string, now: number, l10n: Localizer): string | undefined {
  const server = snapshot.dokployServers.get(row);
  if (server !== undefined) return serverTooltip(server, now, l10n);
  const workspace = snapshot.workspaces.get(row);
  if (workspace !== undefined) {
    const home = snapshot.dokployServers.get(workspace.serverId);
    return workspaceTooltip(workspace, now, l10n, { server: home, job: runningJobOf(snapshot, row) });
  }
  const found = forwardOf(snapshot, row);
  return found && forwardTooltip(found.workspace, found.forward, l10n);
}

/** The whole list, among rows that have ids of their own. */
const root = '';

/** What was last painted of each row and listed below it, and so what really has to be painted anew. */
export class PaintedRows {
  readonly #look = new Map<string, string>();
  readonly #children = new Map<string, readonly string[]>();
  readonly #above = new Map<string, string>();

  /** How a row is painted now; to be called whenever it is. */
  painted(snapshot: Snapshot, row: string, now: number, l10n: Localizer): Presentation | undefined {
    const presentation = rowOf(snapshot, row, now, l10n);
    if (presentation !== undefined) this.#look.set(row, lookOf(snapshot, row, presentation));
    return presentation;
  }

  /** Undefined: all servers. What is no longer among its children is forgotten with all below it. */
  listed(row: string | undefined, children: readonly string[]): void {
    const above = row ?? root;
    const before = this.#children.get(above) ?? [];
    this.#children.set(above, children);
    for (const child of children) this.#above.set(child, above);
    const kept = new Set(children);
    // A workspace may have moved to where it is listed already.
    for (const child of before) if (!kept.has(child) && this.#above.get(child) === above) this.#forget(child);
  }

  /** Whether the editor has asked for what is below a row, which it does when the row is opened. */
  isListed(row: string): boolean {
    return this.#children.has(row);
  }

  below(row?: string): readonly string[] {
    return this.#children.get(row ?? root) ?? [];
  }

  /**
   * The rows to paint anew after a change: `undefined` alone for the whole list, else the topmost ones that differ; all below
   * such a row is painted with it. A row that was never painted is asked for when it comes on screen.
   */
  due({ snapshot, dokploy, jobs }: SnapshotChange, now: number, l10n: Localizer): readonly (string | undefined)[] {
    const { servers, workspaces, removedServers, removedWorkspaces } = dokploy;
    const worked = jobs.map(({ resourceId }) => resourceId).filter((id) => snapshot.workspaces.has(id));
    const touched = [...servers, ...removedServers, ...workspaces, ...removedWorkspaces, ...worked];
    if (touched.length === 0) return [];
    const affected = new Set<string>();
    for (const row of touched) {
      for (let above: string | undefined = row; above !== undefined; above = this.#above.get(above))
        affected.add(above);
      for (let above: string | undefined = row; above !== undefined; above = parentOf(snapshot, above)) {
        affected.add(above);
      }
    }
    // Which environments a project has decides how it is shown.
    const whole = new Set(servers);
    return this.#different(
      snapshot,
      now,
      l10n,
      (row, above) => affected.has(row) || whole.has(above) || whole.has(row),
    );
  }

  /** The servers whose text the time alone has changed. */
  aged(snapshot: Snapshot, now: number, l10n: Localizer): readonly (string | undefined)[] {
    return this.#different(snapshot, now, l10n, (_, above) => above === root);
  }

  #different(
    snapshot: Snapshot,
    now: number,
    l10n: Localizer,
    isAffected: (row: string, above: string) => boolean,
  ): readonly (string | undefined)[] {
    const listed = this.#children.get(root);
    // Nobody has looked yet.
    if (listed === undefined) return [];
    if (!sameRows(listed, childrenOf(snapshot))) return [undefined];
    const below = (rows: readonly string[], above: string): readonly string[] =>
      rows.filter((row) => isAffected(row, above)).flatMap((row) => differentFrom(row));
    const differentFrom = (row: string): readonly string[] => {
      const painted = this.#look.get(row);
      if (painted === undefined) return [];
      const children = this.#children.get(row);
      const isOther =
        painted !== lookOf(snapshot, row, rowOf(snapshot, row, now, l10n)) ||
        (children !== undefined && !sameRows(children, childrenOf(snapshot, row)));
      return isOther ? [row] : below(children ?? [], row);
    };
    return below(listed, root);
  }

  #forget(row: string): void {
    for (const child of this.#children.get(row) ?? []) if (this.#above.get(child) === row) this.#forget(child);
    this.#children.delete(row);
    this.#look.delete(row);
    this.#above.delete(row);
  }
}

/** A row without anything below it is painted otherwise, and not asked for what is below it. */
function lookOf(snapshot: Snapshot, row: string, presentation: Presentation | undefined): string {
  return JSON.stringify([presentation, childrenOf(snapshot, row).length > 0]);
}

function sameRows(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((row, index) => row === b[index]);
}

function forwardOf(
  snapshot: Snapshot,
  row: string,
): { readonly workspace: Workspace; readonly forward: WorkspaceForward } | undefined {
  const item = dokployItemOf(row);
  if (item?.kind !== 'forward') return undefined;
  const workspace = snapshot.workspaces.get(item.workspaceId);
  const forward = workspace?.forwards.find(({ remotePort }) => remotePort === item.remotePort);
  return workspace && forward && { workspace, forward };
}
