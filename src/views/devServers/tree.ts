import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { linkedTooltip, treeItem } from '../shared/treeItem.ts';
import { concernsDevServers, sortedDevServers } from '../shared/snapshot.ts';
import { devItemOf, partIds } from './items.ts';
import { countsDown } from './presentation.ts';
import { PaintedRows, rowOf, tooltipOfRow } from './rows.ts';
import { devLinkedCommands } from './tooltip.ts';

/** How often rows are looked at again while one of them counts the seconds down. */
const countdownMs = 1000;

/** The rows of the view *Dev Servers*: projects, and below each its processes and builds. Elements are the ids of `items.ts`. */
export class DevServersTree implements vscode.TreeDataProvider<string>, vscode.Disposable {
  readonly #session: Session;
  readonly #repaints = new vscode.EventEmitter<string | undefined>();
  readonly #rows = new PaintedRows();
  readonly #unsubscribe: () => void;
  #visible = false;
  #countdown: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#repaints.event;

  constructor(session: Session) {
    this.#session = session;
    this.#unsubscribe = session.on('change', (change) => {
      if (!concernsDevServers(change)) return;
      for (const row of this.#rows.due(change, Date.now(), vscode.l10n)) this.#repaints.fire(row);
      this.#countDown();
    });
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#tick();
    this.#countDown();
  }

  getChildren(row?: string): string[] {
    const { snapshot } = this.#session;
    if (row === undefined) return sortedDevServers(snapshot).map(({ id }) => id);
    const devServer = snapshot.devServers.get(row);
    if (devServer === undefined) return [];
    this.#rows.listed(devServer);
    return [...partIds(devServer)];
  }

  getParent(row: string): string | undefined {
    const item = devItemOf(row);
    return item?.part === undefined ? undefined : item.id;
  }

  getTreeItem(row: string): vscode.TreeItem {
    const presentation = rowOf(this.#session.snapshot, row, Date.now(), vscode.l10n);
    const item = treeItem(row, presentation);
    if (presentation === undefined) return item;
    this.#rows.painted(row, presentation);
    if (this.#hasParts(row)) item.collapsibleState = vscode.TreeItemCollapsibleState.Expanded;
    return item;
  }

  /** Called when the mouse rests on a row: the tooltip is only made then. */
  resolveTreeItem(item: vscode.TreeItem, row: string): vscode.TreeItem {
    const text = tooltipOfRow(this.#session.snapshot, row, Date.now(), vscode.l10n);
    if (text === undefined) return item;
    item.tooltip = linkedTooltip(text, devLinkedCommands);
    return item;
  }

  dispose(): void {
    clearInterval(this.#countdown);
    this.#unsubscribe();
    this.#repaints.dispose();
  }

  #hasParts(row: string): boolean {
    const devServer = this.#session.snapshot.devServers.get(row);
    return devServer !== undefined && partIds(devServer).length > 0;
  }

  /** A timer exists only while somebody sees a row that counts down. */
  #countDown(): void {
    const now = Date.now();
    const needed = this.#visible && [...this.#session.snapshot.devServers.values()].some((one) => countsDown(one, now));
    if (needed) {
      this.#countdown ??= setInterval(() => {
        this.#tick();
        this.#countDown();
      }, countdownMs);
    } else {
      clearInterval(this.#countdown);
      this.#countdown = undefined;
    }
  }

  /** Paints what the time alone has changed. */
  #tick(): void {
    const { snapshot } = this.#session;
    for (const id of snapshot.devServers.keys()) {
      for (const row of this.#rows.different(snapshot, id, Date.now(), vscode.l10n)) this.#repaints.fire(row);
    }
  }
}
