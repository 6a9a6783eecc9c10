import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { type SnapshotChange, sorted } from '../shared/snapshot.ts';
import { present } from './presentation.ts';
import { Repaint } from './repaint.ts';
import { linkedCommands, tooltipOf } from './tooltip.ts';

/** How often rows whose text or tooltip tells an age are painted anew while they are seen. */
const ageMs = 60_000;

/** The rows of the view *Code Servers*. An element is the id of a code-server, so it stays itself over every change. */
export class CodeServersTree implements vscode.TreeDataProvider<string>, vscode.Disposable {
  readonly #session: Session;
  readonly #repaints = new vscode.EventEmitter<string | undefined>();
  readonly #repaint: Repaint;
  /** What each row said when it was last painted. */
  readonly #painted = new Map<string, string>();
  readonly #unsubscribe: readonly (() => void)[];
  #aging: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#repaints.event;

  constructor(session: Session) {
    this.#session = session;
    this.#repaint = new Repaint((id) => this.#repaints.fire(id));
    this.#unsubscribe = [session.on('change', (change) => this.#onChange(change))];
  }

  setVisible(visible: boolean): void {
    this.#repaint.setVisible(visible);
    clearInterval(this.#aging);
    this.#aging = visible ? setInterval(() => this.#age(), ageMs) : undefined;
  }

  getChildren(element?: string): string[] {
    return element === undefined ? sorted(this.#session.snapshot).map((codeServer) => codeServer.id) : [];
  }

  getTreeItem(id: string): vscode.TreeItem {
    const item = new vscode.TreeItem('');
    item.id = id;
    const codeServer = this.#session.snapshot.codeServers.get(id);
    // The editor may still ask for a row that was deleted a moment ago.
    if (codeServer === undefined) return item;
    const { label, description, contextValue, icon, color, accessibleLabel } = present(
      codeServer,
      Date.now(),
      vscode.l10n,
    );
    this.#painted.set(id, description);
    item.label = label;
    item.description = description;
    item.contextValue = contextValue;
    item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
    item.accessibilityInformation = { label: accessibleLabel, role: 'treeitem' };
    return item;
  }

  /** Called when the mouse rests on a row: the tooltip is only made then. */
  resolveTreeItem(item: vscode.TreeItem, id: string): vscode.TreeItem {
    const codeServer = this.#session.snapshot.codeServers.get(id);
    if (codeServer === undefined) return item;
    const tooltip = new vscode.MarkdownString(tooltipOf(codeServer, Date.now(), vscode.l10n), true);
    tooltip.isTrusted = { enabledCommands: [...linkedCommands] };
    item.tooltip = tooltip;
    return item;
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    clearInterval(this.#aging);
    for (const end of this.#unsubscribe) end();
    this.#repaint.dispose();
    this.#repaints.dispose();
  }

  #onChange({ structure, changed, removed, metrics }: SnapshotChange): void {
    for (const id of removed) {
      this.#repaint.forget(id);
      this.#painted.delete(id);
    }
    if (structure) this.#repaint.all();
    else for (const id of changed) this.#repaint.row(id);
    // A repaint closes an open tooltip, so what would look the same is left alone.
    for (const id of metrics) if (this.#looksDifferent(id)) this.#repaint.metrics(id);
  }

  #looksDifferent(id: string): boolean {
    const codeServer = this.#session.snapshot.codeServers.get(id);
    return (
      codeServer !== undefined && present(codeServer, Date.now(), vscode.l10n).description !== this.#painted.get(id)
    );
  }

  #age(): void {
    for (const { id, state } of this.#session.snapshot.codeServers.values()) {
      if (state.status === 'failed' || state.status === 'running') this.#repaint.row(id);
    }
  }
}
