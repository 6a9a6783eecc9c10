import * as vscode from 'vscode';
import type { DevServer } from '../../api/contract/devServers.ts';
import { manifestLine } from '../devServers/manifestLine.ts';
import { isInWorkspace } from '../devServers/permission.ts';
import { removalQuestion } from '../devServers/removal.ts';
import { inDevServersView } from '../devServers/view.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import { showPlace } from '../shared/showPlace.ts';
import { devServerTarget } from './devServerTarget.ts';
import type { CommandFamily } from './ids.ts';

type ManageCommand =
  | 'devyard.devServers.add'
  | 'devyard.devServers.refresh'
  | 'devyard.devServer.openManifest'
  | 'devyard.devServer.remove';

/** Which projects Devyard knows, and where they are declared. */
export function devServerManageCommands(session: Session): CommandFamily<ManageCommand> {
  const { l10n } = vscode;
  const none = l10n.t('There is no project with dev servers yet.');
  return {
    'devyard.devServers.add': async (path) => {
      const folder = typeof path === 'string' ? path : await askForFolder();
      if (folder !== undefined) await add(session, folder);
    },
    'devyard.devServers.refresh': () => inDevServersView(() => session.refresh()),
    'devyard.devServer.openManifest': async (...args) => {
      const placeholder = l10n.t('Whose devyard.yaml?');
      const target = await devServerTarget(session, args, { placeholder, none });
      if (target !== undefined) await openManifest(target.devServer);
    },
    'devyard.devServer.remove': async (...args) => {
      const target = await devServerTarget(session, args, { placeholder: l10n.t('Which project to remove?'), none });
      if (target !== undefined) await remove(session, target.devServer);
    },
  };
}

/** A folder of this workspace or any other. */
async function askForFolder(): Promise<string | undefined> {
  const { l10n } = vscode;
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const other = { label: l10n.t('Another Folder…'), iconPath: new vscode.ThemeIcon('folder-opened'), path: undefined };
  if (folders.length > 0) {
    const items = folders.map(({ name, uri }) => ({
      label: name,
      description: uri.fsPath,
      iconPath: new vscode.ThemeIcon('root-folder'),
      path: uri.fsPath as string | undefined,
    }));
    const placeHolder = l10n.t('Folder with a devyard.yaml, or with a project that Devyard recognises');
    const picked = await vscode.window.showQuickPick([...items, other], { placeHolder, matchOnDescription: true });
    if (picked === undefined || picked.path !== undefined) return picked?.path;
  }
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: l10n.t('Add Project'),
    title: l10n.t('Folder of the project'),
  });
  return chosen?.[0]?.fsPath;
}

async function add(session: Session, path: string): Promise<void> {
  const { l10n } = vscode;
  let added: readonly DevServer[];
  try {
    // Who trusts the workspace trusts what is declared in it; everything else asks before its first start.
    const trust = vscode.workspace.isTrusted && (await isInWorkspace(path));
    added = await inDevServersView(async () => {
      const { client } = await session.connect();
      return client.call('devServers.add', { body: { path, ...(trust ? { trust } : {}) } });
    });
  } catch (error) {
    throw new Failure(l10n.t('Could not add {0}', path), error);
  }
  const [only] = added;
  const start = l10n.t('Start');
  const names = added.map(({ pluginID }) => pluginID).join(', ');
  const buttons = added.length === 1 ? [start] : [];
  const text = l10n.t('Added: {0}', names);
  void vscode.window.showInformationMessage(text, ...buttons).then((chosen) => {
    if (chosen === start) void vscode.commands.executeCommand('devyard.devServer.start', only?.id);
  });
}

async function openManifest({ pluginID, manifest, devPath, preset }: DevServer): Promise<void> {
  const { l10n } = vscode;
  if (manifest !== null) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(manifest));
    await showPlace(manifest, { line: manifestLine(document.getText(), pluginID), column: 1 });
    return;
  }
  const write = l10n.t('Propose devyard.yaml');
  const text = l10n.t('{0} has no devyard.yaml: Devyard recognised it by the preset {1}.', pluginID, preset ?? '');
  if ((await vscode.window.showInformationMessage(text, write)) === write) {
    await vscode.commands.executeCommand('devyard.devServers.import', devPath);
  }
}

async function remove(session: Session, devServer: DevServer): Promise<void> {
  const { l10n } = vscode;
  const { message, detail } = removalQuestion(devServer, l10n);
  const verb = l10n.t('Remove');
  if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, verb)) !== verb) return;
  const { id, pluginID } = devServer;
  try {
    await inDevServersView(async () => {
      const { client } = await session.connect();
      return client.call('devServers.delete', { params: { id } });
    });
  } catch (error) {
    throw new Failure(l10n.t('Could not remove {0}', pluginID), error, { devServerId: id });
  }
}
