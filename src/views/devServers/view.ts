import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import type { DevServersTree } from './tree.ts';

export const devServersViewId = 'devyard.devServers';

/** Puts the tree on screen and tells tree and session whether somebody looks at it. */
export function showDevServersView(session: Session, tree: DevServersTree): vscode.Disposable {
  const view = vscode.window.createTreeView(devServersViewId, { treeDataProvider: tree, showCollapseAll: true });
  const attend = (): void => {
    tree.setVisible(view.visible);
    session.attend(view.visible, devServersViewId);
  };
  const update = (): void => {
    // Without rows the view's welcome says it with buttons, which a message would hide.
    const { state, snapshot } = session;
    const message = snapshot.devServers.size > 0 && state.status === 'connecting' ? state.step : '';
    if (view.message !== message) view.message = message;
  };
  const subscriptions = [
    view,
    view.onDidChangeVisibility(attend),
    new vscode.Disposable(session.on('state', update)),
    new vscode.Disposable(session.on('change', update)),
  ];
  attend();
  return vscode.Disposable.from(...subscriptions);
}

/** The view's own bar moves while this works. */
export function inDevServersView<Result>(work: () => Promise<Result>): Thenable<Result> {
  return vscode.window.withProgress({ location: { viewId: devServersViewId } }, work);
}
