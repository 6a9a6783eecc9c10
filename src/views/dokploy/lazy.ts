import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { dokployViewId, type DokployHost } from './host.ts';
import type { DokployParts } from './parts.ts';

/** The view *Dokploy* before anybody has looked at it: what it consists of is a bundle of its own. */
export interface LazyDokploy extends vscode.Disposable {
  /** Loads the bundle, once. */
  load(): Promise<DokployParts>;
  /** Undefined until it was needed. */
  readonly parts: DokployParts | undefined;
}

export function showDokployLazily(session: Session, options: Omit<DokployHost, 'session' | 'view'>): LazyDokploy {
  const repaints = new vscode.EventEmitter<string | undefined>();
  let loading: Promise<DokployParts> | undefined;
  let parts: DokployParts | undefined;
  let isDisposed = false;
  const view = vscode.window.createTreeView<string>(dokployViewId, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: repaints.event,
      getChildren: async (row) => (await load()).tree.getChildren(row),
      getTreeItem: async (row) => (await load()).tree.getTreeItem(row),
      getParent: async (row) => (await load()).tree.getParent(row),
      resolveTreeItem: async (item, row) => (await load()).tree.resolveTreeItem(item, row),
    },
  });
  const open = async (): Promise<DokployParts> => {
    const { showDokploy } = await import('./parts.ts');
    const opened = showDokploy({ ...options, session, view });
    opened.tree.onDidChangeTreeData((row) => repaints.fire(row));
    if (isDisposed) opened.dispose();
    parts = opened;
    return opened;
  };
  const load = (): Promise<DokployParts> =>
    (loading ??= open().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  const attend = (): void => {
    session.attend(view.visible, dokployViewId);
    if (view.visible) void load().catch(options.showError);
  };
  const needed = (): void => {
    if (loading === undefined && session.snapshot.dokployServers.size > 0) void load().catch(options.showError);
  };
  const all = vscode.Disposable.from(
    view,
    view.onDidChangeVisibility(attend),
    new vscode.Disposable(session.on('change', needed)),
    repaints,
  );
  attend();
  return {
    load,
    get parts() {
      return parts;
    },
    dispose: () => {
      isDisposed = true;
      parts?.dispose();
      all.dispose();
    },
  };
}
