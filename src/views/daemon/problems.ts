import * as vscode from 'vscode';
import type { Problem } from '../../api/contract/daemon.ts';
import { showPlace } from '../shared/showPlace.ts';
import type { Session } from '../shared/session.ts';

const shownKey = 'devyard.problemsShown';
const remembered = 50;

/** Tells about what the daemon wants a person to know, such as a quarantined store: each problem once, not in every window. */
export function showProblems(session: Session, memory: vscode.Memento): vscode.Disposable {
  return new vscode.Disposable(
    session.on('problem', (problem) => {
      const key = `${problem.code}@${String(problem.at)}`;
      const shown = memory.get<readonly string[]>(shownKey, []);
      if (shown.includes(key)) return;
      void memory.update(shownKey, [...shown, key].slice(-remembered));
      void tell(problem);
    }),
  );
}

async function tell({ message, hint }: Problem): Promise<void> {
  const place = placeIn(message);
  // Whoever is writing that file sees it underlined; with automatic saving each half-written line would be told.
  if (place !== undefined && isOnScreen(place.path)) return;
  const [openFile, showLogs] = [vscode.l10n.t('Open File'), vscode.l10n.t('Show Logs')];
  const text = hint === undefined ? message : `${message} ${hint}`;
  const buttons = place === undefined ? [showLogs] : [openFile, showLogs];
  const chosen = await vscode.window.showWarningMessage(text, ...buttons);
  if (chosen === showLogs) await vscode.commands.executeCommand('devyard.daemon.showLogs');
  if (chosen === openFile && place !== undefined) await showPlace(place.path, place);
}

/** Where a message such as `/home/me/devbox.yaml:3:5: …` leads; line and column from 1. */
function placeIn(
  message: string,
): { readonly path: string; readonly line: number; readonly column: number } | undefined {
  const [, path, line, column] = /^(\/[^\n]*?|[A-Za-z]:\\[^\n]*?):(\d+):(\d+): /.exec(message) ?? [];
  return path === undefined ? undefined : { path, line: Number(line), column: Number(column) };
}

function isOnScreen(path: string): boolean {
  return vscode.window.visibleTextEditors.some(({ document: { uri } }) => uri.scheme === 'file' && uri.fsPath === path);
}
