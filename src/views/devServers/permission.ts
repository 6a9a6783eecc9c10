import * as vscode from 'vscode';
import type { DevServer } from '../../api/contract/devServers.ts';
import { isWorkspaceTrusted } from './editor/trust.ts';
import { isInside, trustQuestion, trustStep } from './trust.ts';

/** What to send along with a start: the hash of the manifest that the person lets run, where that is not known yet. */
export interface Permission {
  readonly trust?: string;
}

/** Asks what has to be asked before something of a project runs. Undefined: it must not, and the person knows. */
export async function permissionToRun(devServer: DevServer): Promise<Permission | undefined> {
  const trusted = await isWorkspaceTrusted();
  const contains = !devServer.trusted && (await isInWorkspace(devServer.manifest ?? devServer.devPath));
  switch (trustStep(devServer, { trusted, contains })) {
    case 'none':
      return {};
    case 'silent':
      return { trust: devServer.manifestHash };
    case 'ask':
      return (await askForTrust(devServer, vscode.l10n.t('Trust and Start')))
        ? { trust: devServer.manifestHash }
        : undefined;
    case 'refuse':
  }
  return undefined;
}

/** Shows what would run. `verb`: the button that agrees. */
export async function askForTrust(devServer: DevServer, verb: string): Promise<boolean> {
  const { message, detail } = trustQuestion(devServer, vscode.l10n);
  const showManifest = vscode.l10n.t('Show devyard.yaml');
  const buttons = devServer.manifest === null ? [verb] : [verb, showManifest];
  const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
  if (chosen === showManifest) await vscode.commands.executeCommand('devyard.devServer.openManifest', devServer.id);
  return chosen === verb;
}

/** Whether a folder or manifest belongs to what is open in this window. */
export async function isInWorkspace(path: string): Promise<boolean> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  return isInside(
    path,
    folders.map(({ uri }) => uri.fsPath),
  );
}
