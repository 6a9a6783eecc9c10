import * as vscode from 'vscode';

/**
 * Whether projects of this window may be run or written. In a restricted window it says why not, with the way out, and
 * resolves to false.
 */
export async function isWorkspaceTrusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const { l10n } = vscode;
  const manage = l10n.t('Manage Workspace Trust');
  const text = l10n.t('Dev servers run the commands that a project names: trust this workspace first.');
  if ((await vscode.window.showWarningMessage(text, manage)) === manage) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
  return vscode.workspace.isTrusted;
}
