import * as vscode from 'vscode';
import type { Problem } from '../../api/contract/daemon.ts';
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
  const showLogs = vscode.l10n.t('Show Logs');
  const text = hint === undefined ? message : `${message} ${hint}`;
  if ((await vscode.window.showWarningMessage(text, showLogs)) === showLogs) {
    await vscode.commands.executeCommand('devyard.daemon.showLogs');
  }
}
