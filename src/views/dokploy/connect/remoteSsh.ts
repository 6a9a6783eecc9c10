import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Workspace } from '../../../api/contract/dokploy.ts';
import { asFailure, Failure } from '../../shared/errorView.ts';
import type { Session } from '../../shared/session.ts';
import { type RemoteWay, remoteWay, remoteWindow } from './remoteWay.ts';
import { includeLine, includesFile } from './sshConfigText.ts';

/** Whether and how windows on workspaces can be opened from this one. */
export function remoteWayHere(): RemoteWay {
  return remoteWay({
    remoteName: vscode.env.remoteName,
    isWeb: vscode.env.uiKind === vscode.UIKind.Web,
    uriScheme: vscode.env.uriScheme,
    hasExtension: (extension) => vscode.extensions.getExtension(extension) !== undefined,
  });
}

/** Opens a window of the editor in a workspace, or says why that cannot be done from here and what can. */
export async function openInRemoteSsh(session: Session, workspace: Workspace): Promise<void> {
  const { id, name, sshAlias, repository } = workspace;
  const way = remoteWayHere();
  if (way.kind === 'elsewhere') {
    await offerInstead(workspace, way);
    return;
  }
  if (way.kind === 'install' && !(await install(workspace, way.extensionId))) return;
  if (sshAlias === null || !(await isConfigRead(session, workspace))) return;
  const { authority, folder } = remoteWindow(sshAlias, repository?.folder);
  try {
    if (folder === undefined) {
      await vscode.commands.executeCommand('vscode.newWindow', { remoteAuthority: authority, reuseWindow: false });
    } else {
      const uri = vscode.Uri.from({ scheme: 'vscode-remote', authority, path: folder });
      await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
    }
  } catch (error) {
    throw new Failure(vscode.l10n.t('Could not open {0} in Remote-SSH', name), error, { workspaceId: id });
  }
}

/** The entry would be written on a machine whose config Remote-SSH does not read. */
async function offerInstead(
  { id, name }: Workspace,
  { because }: Extract<RemoteWay, { readonly kind: 'elsewhere' }>,
): Promise<void> {
  const { l10n } = vscode;
  const [openTerminal, copy] = [l10n.t('Open Terminal'), l10n.t('Copy SSH Config')];
  const why =
    because === 'browser'
      ? l10n.t('An editor in a browser cannot open Remote-SSH windows.')
      : l10n.t('This window is on another machine, and Remote-SSH reads the ssh config of the one that you sit at.');
  const text = l10n.t(
    '{0} Open a terminal in {1} here, or copy its entry for the ssh config of your own machine.',
    why,
    name,
  );
  const chosen = await vscode.window.showInformationMessage(text, openTerminal, copy);
  if (chosen === openTerminal) await vscode.commands.executeCommand('devyard.dokploy.openTerminal', id);
  if (chosen === copy) await vscode.commands.executeCommand('devyard.dokploy.copySshConfig', id);
}

/** True when the extension is there afterwards. */
async function install({ id, name }: Workspace, extensionId: string): Promise<boolean> {
  const { l10n } = vscode;
  const [verb, show, openTerminal] = [l10n.t('Install'), l10n.t('Show Extension'), l10n.t('Open Terminal')];
  const text = l10n.t('Opening {0} in a window of its own takes the extension {1}.', name, extensionId);
  const chosen = await vscode.window.showInformationMessage(text, verb, show, openTerminal);
  if (chosen === openTerminal) await vscode.commands.executeCommand('devyard.dokploy.openTerminal', id);
  if (chosen === show) await vscode.commands.executeCommand('extension.open', extensionId);
  if (chosen !== verb) return false;
  try {
    const location = vscode.ProgressLocation.Notification;
    const title = l10n.t('Installing {0}', extensionId);
    await vscode.window.withProgress({ location, title }, () =>
      vscode.commands.executeCommand('workbench.extensions.installExtension', extensionId),
    );
    return true;
  } catch (error) {
    throw new Failure(l10n.t('Could not install {0}', extensionId), error);
  }
}

/** Whether the config that Remote-SSH reads includes Devyard's; the person is asked before it is made to. */
async function isConfigRead(session: Session, { name }: Workspace): Promise<boolean> {
  const { l10n } = vscode;
  const failure = l10n.t('Could not open {0} in Remote-SSH', name);
  try {
    const { client } = await session.connect();
    const { file, included } = await client.call('dokploy.sshConfig', {});
    const own = vscode.workspace.getConfiguration('remote.SSH').get<string>('configFile', '').trim();
    const usual = join(homedir(), '.ssh', 'config');
    const chosen = own.replace(/^~(?=[\\/])/, () => homedir());
    if (chosen !== '' && chosen !== usual) return await isIncludedIn(chosen, file);
    if (included) return true;
    const verb = l10n.t('Add Include Line');
    const message = l10n.t('Let OpenSSH know the workspaces of Devyard?');
    const detail = l10n.t(
      'Remote-SSH, and ssh in any terminal, find them by this line at the top of {0}:\n\n{1}\n\nNothing else in that file is changed. Devyard keeps the included file up to date.',
      usual,
      includeLine(file),
    );
    if ((await vscode.window.showInformationMessage(message, { modal: true, detail }, verb)) !== verb) return false;
    await client.call('dokploy.includeSshConfig', {});
    return true;
  } catch (error) {
    throw asFailure(error) ?? new Failure(failure, error);
  }
}

/** A file that the person chose for Remote-SSH is theirs to change. */
async function isIncludedIn(config: string, file: string): Promise<boolean> {
  const { l10n } = vscode;
  for (;;) {
    const text = await readFile(config, 'utf8').catch(() => '');
    if (includesFile(text, file, homedir())) return true;
    const line = includeLine(file);
    const [goOn, copy, open] = [l10n.t('Try Again'), l10n.t('Copy Line'), l10n.t('Copy and Open File')];
    const message = l10n.t('Remote-SSH does not know the workspaces of Devyard');
    const detail = l10n.t(
      'Your setting remote.SSH.configFile names {0}. Add this line to it, before the first Host line:\n\n{1}',
      config,
      line,
    );
    const chosen = await vscode.window.showInformationMessage(message, { modal: true, detail }, open, copy, goOn);
    if (chosen === undefined) return false;
    if (chosen === goOn) continue;
    await vscode.env.clipboard.writeText(line);
    if (chosen === copy) continue;
    await vscode.window.showTextDocument(vscode.Uri.file(config));
    return false;
  }
}
