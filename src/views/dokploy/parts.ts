import * as vscode from 'vscode';
import { dokployViewCommands } from '../commands/dokploy.ts';
import type { DokployCommandId } from '../commands/dokployIds.ts';
import type { CommandFamily } from '../commands/ids.ts';
import { forgetDokploy } from './forget.ts';
import type { DokployHost } from './host.ts';
import { DokployStatusBar } from './statusBar.ts';
import type { DokployTree } from './tree.ts';
import { fillDokployView } from './view.ts';

/** What there is of Dokploy in a window: rows, status bar item and commands. */
export interface DokployParts extends vscode.Disposable {
  readonly tree: DokployTree;
  readonly statusBar: { readonly text: string | undefined };
  readonly commands: CommandFamily<DokployCommandId>;
  readonly logs: { isFollowing(workspaceId: string, source: 'deploy' | 'container'): boolean };
  /** Clears what this editor remembers. */
  forget(): Promise<void>;
}

/** The way into this bundle, which is loaded when the view is seen, a command of it runs or there is a server to tell of. */
export function showDokploy(host: DokployHost): DokployParts {
  const { session, view } = host;
  const filled = fillDokployView(session, view);
  const statusBar = new DokployStatusBar(session);
  const { commands, logs, dispose } = dokployViewCommands(host);
  const all = vscode.Disposable.from({ dispose }, statusBar, filled);
  const forget = (): Promise<void> => forgetDokploy(host);
  return { tree: filled.tree, statusBar, commands, logs, forget, dispose: () => all.dispose() };
}
