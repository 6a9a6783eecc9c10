import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { linkedTooltip, treeItem } from '../shared/treeItem.ts';
import { isDokployChange } from '../shared/dokployState.ts';
import { dokployItemOf } from './items.ts';
import { isCaredFor } from './actions.ts';
import { childrenOf, groupOf, parentOf } from './layout.ts';
import type { RowsOnScreen } from './look.ts';
import { PaintedRows, tooltipOfRow } from './rows.ts';
import { dokployLinkedCommands } from './tooltip.ts';

/** How often rows that tell an age are looked at again while they are seen. */
const ageMs = 60_000;

export interface TreePorts {
  /** Other rows may have come on screen. */
  readonly onRows: () => void;
  /** Shows what is below a row that is on screen. */
  readonly open: (row: string) => void;
}

/** The rows of the view *Dokploy*. Elements are the ids of `items.ts`. */
export class DokployTree implements vscode.TreeDataProvider<string>, vscode.Disposable {
  readonly #session: Session;
  readonly #repaints = new vscode.EventEmitter<string | undefined>();
  readonly #rows = new PaintedRows();
  readonly #collapsed = new Set<string>();
  readonly #unsubscribe: () => void;
  readonly #ports: TreePorts;
  #aging: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#repaints.event;

  constructor(session: Session, ports: TreePorts) {
    this.#session = session;
    this.#ports = ports;
    this.#unsubscribe = session.on('change', (change) => {
      if (!isDokployChange(change.dokploy) && change.jobs.length === 0) return;
      const due = this.#rows.due(change, Date.now(), vscode.l10n);
      const opening = this.#opening(due);
      for (const row of due) this.#repaints.fire(row);
      for (const row of opening) ports.open(row);
    });
  }

  setVisible(visible: boolean): void {
    clearInterval(this.#aging);
    this.#aging = visible ? setInterval(() => this.#age(), ageMs) : undefined;
    if (visible) this.#age();
  }

  /** A person has opened or closed a row. */
  setCollapsed(row: string, collapsed: boolean): void {
    if (collapsed) this.#collapsed.add(row);
    else this.#collapsed.delete(row);
    this.#ports.onRows();
  }

  /** Servers that are open, and what is open below them. */
  onScreen(): RowsOnScreen {
    const { snapshot } = this.#session;
    const rows = this.#rows;
    const isOpen = (row: string): boolean =>
      !this.#collapsed.has(row) && (rows.isListed(row) || childrenOf(snapshot, row).length === 0);
    const seen = (row: string): readonly string[] =>
      isOpen(row) ? rows.below(row).flatMap((child) => [child, ...seen(child)]) : [];
    const servers = rows.below().filter(isOpen);
    const workspaces = servers.flatMap(seen).filter((row) => {
      const workspace = snapshot.workspaces.get(row);
      return workspace !== undefined && isCaredFor(workspace);
    });
    return { servers, workspaces };
  }

  getChildren(row?: string): string[] {
    const children = childrenOf(this.#session.snapshot, row);
    this.#rows.listed(row, children);
    this.#ports.onRows();
    return [...children];
  }

  getParent(row: string): string | undefined {
    return parentOf(this.#session.snapshot, row);
  }

  getTreeItem(row: string): vscode.TreeItem {
    const presentation = this.#rows.painted(this.#session.snapshot, row, Date.now(), vscode.l10n);
    const item = treeItem(row, presentation);
    if (presentation !== undefined) item.collapsibleState = this.#collapsibleState(row);
    return item;
  }

  /** Called when the mouse rests on a row: the tooltip is only made then. */
  resolveTreeItem(item: vscode.TreeItem, row: string): vscode.TreeItem {
    const text = tooltipOfRow(this.#session.snapshot, row, Date.now(), vscode.l10n);
    if (text === undefined) return item;
    item.tooltip = linkedTooltip(text, dokployLinkedCommands);
    return item;
  }

  dispose(): void {
    clearInterval(this.#aging);
    this.#unsubscribe();
    this.#repaints.dispose();
  }

  /**
   * What holds nothing but services that Devyard does not care for stays closed. A server is open even while there is nothing
   * below it: the editor may keep a row closed that could not be opened before, and its first workspace would not be seen.
   */
  #collapsibleState(row: string): vscode.TreeItemCollapsibleState {
    const { snapshot } = this.#session;
    if (snapshot.dokployServers.has(row)) return vscode.TreeItemCollapsibleState.Expanded;
    if (childrenOf(snapshot, row).length === 0) return vscode.TreeItemCollapsibleState.None;
    const isForeign =
      dokployItemOf(row)?.kind !== 'resource' && groupOf(snapshot, row)?.workspaces.some(isCaredFor) === false;
    return isForeign ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded;
  }

  /** Workspaces on screen that have something below them for the first time: the editor would leave them closed. */
  #opening(due: readonly (string | undefined)[]): readonly string[] {
    const { snapshot } = this.#session;
    return this.onScreen().workspaces.filter(
      (row) => due.includes(row) && !this.#rows.isListed(row) && childrenOf(snapshot, row).length > 0,
    );
  }

  /** Paints what the time alone has changed. */
  #age(): void {
    for (const row of this.#rows.aged(this.#session.snapshot, Date.now(), vscode.l10n)) this.#repaints.fire(row);
  }
}
