import * as vscode from 'vscode';
import type { Localizer } from '../shared/l10n.ts';
import type { Session } from '../shared/session.ts';
import type { SessionState } from '../shared/sessionState.ts';
import type { Snapshot } from '../shared/snapshot.ts';
import { showWork } from '../shared/viewProgress.ts';
import type { CodeServersTree } from './tree.ts';

export const viewId = 'devyard.codeServers';

/** Puts the tree on screen and tells tree and session whether somebody looks at it. */
export function showCodeServersView(session: Session, tree: CodeServersTree): vscode.Disposable {
  const view = vscode.window.createTreeView(viewId, { treeDataProvider: tree, showCollapseAll: false });
  const attend = (): void => {
    tree.setVisible(view.visible);
    session.attend(view.visible);
  };
  const update = (): void => {
    const message = viewMessage(session.state, session.snapshot, vscode.l10n);
    if (view.message !== message) view.message = message;
  };
  const subscriptions = [
    view,
    showWork(session, viewId, () => true),
    view.onDidChangeVisibility(attend),
    new vscode.Disposable(session.on('state', update)),
    new vscode.Disposable(session.on('change', update)),
  ];
  attend();
  return vscode.Disposable.from(...subscriptions);
}

/**
 * What stands above the rows while something is wrong; without rows the view's welcome says it with buttons (which a
 * message would hide).
 */
export function viewMessage(state: SessionState, snapshot: Snapshot, l10n: Localizer): string {
  if (snapshot.codeServers.size === 0) return '';
  if (state.status === 'connecting') return state.step;
  const { engine } = snapshot;
  switch (engine?.status) {
    case 'missing':
    case 'tooOld':
    case 'installFailed':
      return `${engine.message} ${engine.hint}`;
    case 'installing':
      return l10n.t('Installing code-server: {0}', engine.step);
    case 'ready':
    case undefined:
  }
  return '';
}
