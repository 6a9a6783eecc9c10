import * as vscode from 'vscode';
import type { Session } from '../shared/session.ts';
import { showWork } from '../shared/viewProgress.ts';
import { dokployViewId } from './host.ts';
import { Look } from './look.ts';
import { DokployTree } from './tree.ts';

/** Fills the view, and says to the daemon what of it is on screen. */
export function fillDokployView(
  session: Session,
  view: vscode.TreeView<string>,
): { readonly tree: DokployTree; readonly dispose: () => void } {
  const look = new Look({
    rows: () => tree.onScreen(),
    tell: ({ servers, workspaces }) => void tellLook(session, servers, workspaces),
  });
  const tree = new DokployTree(session, {
    onRows: () => look.changed(),
    open: (row) => {
      // To reveal a row also brings up a view that is hidden.
      if (!view.visible) return;
      const quietly = { select: false, focus: false, expand: true };
      // It may be gone again by then.
      view.reveal(row, quietly).then(undefined, () => undefined);
    },
  });
  const attend = (): void => {
    tree.setVisible(view.visible);
    look.setVisible(view.visible);
  };
  const update = (): void => {
    // Without rows the view's welcome says it with buttons, which a message would hide.
    const { state, snapshot } = session;
    const message = snapshot.dokployServers.size > 0 && state.status === 'connecting' ? state.step : '';
    if (view.message !== message) view.message = message;
  };
  const all = vscode.Disposable.from(
    view.onDidChangeVisibility(attend),
    view.onDidCollapseElement(({ element }) => tree.setCollapsed(element, true)),
    view.onDidExpandElement(({ element }) => tree.setCollapsed(element, false)),
    new vscode.Disposable(session.on('state', update)),
    new vscode.Disposable(session.on('state', ({ status }) => status === 'connected' && look.again())),
    new vscode.Disposable(session.on('change', update)),
    showWork(session, dokployViewId, ({ resourceId }) => session.snapshot.workspaces.has(resourceId)),
    look,
    tree,
  );
  attend();
  return { tree, dispose: () => all.dispose() };
}

/** Whoever looks is known to the daemon by one id as long as the window lives. */
const viewer = crypto.randomUUID();

async function tellLook(session: Session, servers: readonly string[], workspaces: readonly string[]): Promise<void> {
  const body = { viewer, servers: servers.slice(0, 1000), workspaces: workspaces.slice(0, 5000) };
  try {
    await session.connection?.client.call('dokploy.look', { body });
  } catch {
    // It is said again soon; without a daemon there is nobody to tell.
  }
}
