import * as vscode from 'vscode';
import { LogChannels } from '../shared/logChannels.ts';
import type { Session } from '../shared/session.ts';
import { type DevServersEditor, showDevServersInEditor } from './editor/editor.ts';
import { LogExcerpts } from './logExcerpt.ts';
import { linkLogPlaces } from './logLinks.ts';
import { devServerLogs } from './logs.ts';
import { DevServersStatusBar } from './statusBar.ts';
import { DevServersTree } from './tree.ts';
import { showDevServersView } from './view.ts';

/** What there is of dev servers in a window: rows, status bar item and logs. All of it waits until it is looked at. */
export interface DevServersParts extends vscode.Disposable {
  readonly tree: DevServersTree;
  readonly statusBar: DevServersStatusBar;
  readonly logChannels: LogChannels;
  readonly excerpts: LogExcerpts;
  readonly editor: DevServersEditor;
}

export function showDevServers(session: Session, extensionId: string): DevServersParts {
  const tree = new DevServersTree(session);
  const statusBar = new DevServersStatusBar(session);
  const logChannels = new LogChannels(session, extensionId, devServerLogs(session));
  const excerpts = new LogExcerpts(session);
  const editor = showDevServersInEditor(session);
  const view = showDevServersView(session, tree);
  const all = vscode.Disposable.from(
    view,
    editor,
    linkLogPlaces(session, logChannels),
    excerpts,
    logChannels,
    statusBar,
    tree,
  );
  return { tree, statusBar, logChannels, excerpts, editor, dispose: () => all.dispose() };
}
