import type { DevServer } from '../../api/contract/devServers.ts';
import type { Localizer } from '../shared/l10n.ts';
import type { Presentation } from '../shared/presentation.ts';
import type { Snapshot, SnapshotChange } from '../shared/snapshot.ts';
import { type DevItem, devItemOf, partIds, partOf } from './items.ts';
import { presentBuild, presentProcess, presentProject } from './presentation.ts';
import { buildTooltip, processTooltip, projectTooltip } from './tooltip.ts';

/** How a row looks now, or undefined for one that is gone. `now` in milliseconds since the epoch. */
export function rowOf(snapshot: Snapshot, row: string, now: number, l10n: Localizer): Presentation | undefined {
  const { devServer, item } = found(snapshot, row);
  if (devServer === undefined) return undefined;
  if (item?.part === undefined) return presentProject(devServer, now, l10n);
  const part = partOf(devServer, item.part);
  switch (part?.kind) {
    case 'process':
      return presentProcess(part.process, now, l10n);
    case 'build':
      return presentBuild(part.build, now, l10n);
    case undefined:
  }
  return undefined;
}

/** Markdown, or undefined for a row that is gone. */
export function tooltipOfRow(snapshot: Snapshot, row: string, now: number, l10n: Localizer): string | undefined {
  const { devServer, item } = found(snapshot, row);
  if (devServer === undefined) return undefined;
  if (item?.part === undefined) return projectTooltip(devServer, l10n);
  const part = partOf(devServer, item.part);
  switch (part?.kind) {
    case 'process':
      return processTooltip(devServer, part.process, now, l10n);
    case 'build':
      return buildTooltip(devServer, part.build, l10n);
    case undefined:
  }
  return undefined;
}

/** What was last painted of each row, and so what really has to be painted anew. */
export class PaintedRows {
  readonly #look = new Map<string, string>();
  /** Ids of the rows below each project, as they were last asked for. */
  readonly #children = new Map<string, string>();

  painted(row: string, presentation: Presentation): void {
    this.#look.set(row, JSON.stringify(presentation));
  }

  listed(devServer: DevServer): void {
    this.#children.set(devServer.id, partIds(devServer).join('\n'));
  }

  /**
   * The rows to paint anew after a change: `undefined` alone for the whole list, a project's own row, which stands for all
   * below it, else just the parts that look different. A row that was never painted is asked for when it comes on screen.
   */
  due(change: SnapshotChange, now: number, l10n: Localizer): readonly (string | undefined)[] {
    const { snapshot, devServers } = change;
    for (const id of devServers.removed) this.#forget(id);
    if (devServers.structure) return [undefined];
    return devServers.changed.flatMap((id) => this.different(snapshot, id, now, l10n));
  }

  /** The same for one project, whatever changed: text may tell the time. */
  different(snapshot: Snapshot, id: string, now: number, l10n: Localizer): readonly string[] {
    const devServer = snapshot.devServers.get(id);
    if (devServer === undefined) return [];
    const children = this.#children.get(id);
    const differs = (row: string): boolean => {
      const painted = this.#look.get(row);
      return painted !== undefined && painted !== JSON.stringify(rowOf(snapshot, row, now, l10n));
    };
    // The editor asks for the children anew, too, whenever a row is painted.
    if (differs(id) || (children !== undefined && children !== partIds(devServer).join('\n'))) return [id];
    return partIds(devServer).filter(differs);
  }

  #forget(id: string): void {
    this.#children.delete(id);
    for (const row of this.#look.keys()) if (row === id || row.startsWith(`${id}/`)) this.#look.delete(row);
  }
}

function found(
  snapshot: Snapshot,
  row: string,
): { readonly item: DevItem | undefined; readonly devServer: DevServer | undefined } {
  const item = devItemOf(row);
  return { item, devServer: item && snapshot.devServers.get(item.id) };
}
