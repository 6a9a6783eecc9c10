import * as vscode from 'vscode';
import type { Session } from '../../shared/session.ts';
import { DevServerDebugging } from './debugging.ts';
import { showLenses } from './lenses.ts';
import { ManifestPreviews } from './manifestPreview.ts';
import { showBuildProblems } from './problemsPanel.ts';
import { projectStarter } from './startProject.ts';
import { provideTasks } from './tasks.ts';
import { DevServerTerminals } from './terminals.ts';

/** What dev servers do in the editor besides their view: problems, lenses, tasks, terminals, debuggers, manifests. */
export interface DevServersEditor extends vscode.Disposable {
  readonly terminals: DevServerTerminals;
  readonly debugging: DevServerDebugging;
  readonly previews: ManifestPreviews;
}

/** Registers what the editor asks for by itself. None of it does anything before there is a project or a manifest on screen. */
export function showDevServersInEditor(session: Session): DevServersEditor {
  const terminals = new DevServerTerminals(session);
  const starter = projectStarter(session, (id) => terminals.startedHere(id));
  const debugging = new DevServerDebugging(session, starter);
  const previews = new ManifestPreviews();
  const all = vscode.Disposable.from(
    showBuildProblems(session),
    showLenses(session),
    provideTasks(session, starter),
    terminals,
    debugging,
    previews,
  );
  return { terminals, debugging, previews, dispose: () => all.dispose() };
}
