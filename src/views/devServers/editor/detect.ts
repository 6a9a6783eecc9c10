import * as vscode from 'vscode';
import type { DevyardClient } from '../../../api/client/client.ts';
import type { DevServer } from '../../../api/contract/devServers.ts';
import { reasonOf } from '../../shared/sessionState.ts';
import type { Session } from '../../shared/session.ts';
import { isInWorkspace } from '../permission.ts';
import { placesToAdd } from './detection.ts';
import type { ManifestPreviews } from './manifestPreview.ts';
import { offerFolder, proposeManifests } from './importing.ts';
import { isWorkspaceTrusted } from './trust.ts';

/** More would be a folder of folders, which nobody means. */
const mostFiles = 200;

interface Found {
  readonly added: readonly DevServer[];
  /** Manifests that cannot be used, with why. */
  readonly broken: readonly { readonly path: string; readonly reason: string }[];
  /** Paths of the folders in which there was nothing to add. */
  readonly bare: readonly string[];
}

/**
 * Adds the projects that this window's folders declare or a preset recognises. Where there is nothing of the kind it proposes
 * a devyard.yaml. Nothing runs by that.
 */
export async function detectProjects(session: Session, previews: ManifestPreviews): Promise<void> {
  const { l10n } = vscode;
  if (!(await isWorkspaceTrusted())) return;
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) return await offerFolder();
  const { client } = await session.connect();
  const before = new Set(session.snapshot.devServers.keys());
  const title = l10n.t('Looking for projects');
  const location = vscode.ProgressLocation.Notification;
  const found = await vscode.window.withProgress({ location, title, cancellable: true }, (_, token) =>
    lookIn(client, folders, token),
  );
  for (const { path, reason } of found.broken) void tellBroken(path, reason);
  const fresh = found.added.filter(({ id }) => !before.has(id));
  if (fresh.length > 0) tellAdded(fresh);
  else if (found.added.length > 0) {
    const names = found.added.map(({ pluginID }) => pluginID).join(', ');
    void vscode.window.showInformationMessage(l10n.t('All projects here are in Dev Servers already: {0}', names));
  } else if (found.broken.length === 0 && found.bare.length > 0) {
    await proposeManifests(client, previews, found.bare);
  }
}

async function lookIn(
  client: Pick<DevyardClient, 'call'>,
  folders: readonly vscode.WorkspaceFolder[],
  token: vscode.CancellationToken,
): Promise<Found> {
  const added = new Map<string, DevServer>();
  const broken: { path: string; reason: string }[] = [];
  const bare: string[] = [];
  const cancelled = new AbortController();
  token.onCancellationRequested(() => cancelled.abort());
  for (const folder of folders) {
    const files = await vscode.workspace.findFiles(
      new vscode.RelativePattern(folder, '**/{devyard.yaml,devyard.yml,plugin.yaml}'),
      '**/{node_modules,vendor,.git}/**',
      mostFiles,
      token,
    );
    let some = false;
    for (const { path, isManifest } of placesToAdd(
      folder.uri.fsPath,
      files.map(({ fsPath }) => fsPath),
    )) {
      if (token.isCancellationRequested) return { added: [...added.values()], broken, bare: [] };
      try {
        // As when a folder is added by hand: who trusts the workspace trusts what is declared in it.
        const body = { path, ...((await isInWorkspace(path)) ? { trust: true } : {}) };
        const projects = await client.call('devServers.add', { body }, { signal: cancelled.signal });
        for (const project of projects) added.set(project.id, project);
        some ||= projects.length > 0;
      } catch (error) {
        const { code, message, hint } = reasonOf(error);
        if (code === 'unavailable' || code === 'cancelled') throw error;
        // A folder without a manifest may well be none of ours, and so may a plugin.yaml.
        if (!isManifest) continue;
        some = true;
        broken.push({ path, reason: hint === undefined ? message : `${message} ${hint}` });
      }
    }
    if (!some) bare.push(folder.uri.fsPath);
  }
  return { added: [...added.values()], broken, bare };
}

async function tellBroken(path: string, reason: string): Promise<void> {
  const { l10n } = vscode;
  const open = l10n.t('Open File');
  const text = l10n.t('The projects of {0} cannot be added: {1}', path, reason);
  if ((await vscode.window.showErrorMessage(text, open)) === open) {
    await vscode.window.showTextDocument(vscode.Uri.file(path));
  }
}

/** Says which projects there are now, with the way to them. */
function tellAdded(added: readonly DevServer[]): void {
  const { l10n } = vscode;
  const show = l10n.t('Show');
  const text = l10n.t('Added to Dev Servers: {0}', added.map(({ pluginID }) => pluginID).join(', '));
  void vscode.window.showInformationMessage(text, show).then((chosen) => {
    if (chosen === show) void vscode.commands.executeCommand('devyard.devServers.focus');
  });
}
