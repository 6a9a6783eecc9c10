import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DevyardClient } from '../../../api/client/client.ts';
import type { OperationOutput } from '../../../api/contract/operations.ts';
import type { Session } from '../../shared/session.ts';
import type { ManifestPreviews } from './manifestPreview.ts';
import { byPath, mergedManifests, starterManifest } from './manifestText.ts';
import { isWorkspaceTrusted } from './trust.ts';

type Proposal = OperationOutput<'devServers.propose'>[number];
type Caller = Pick<DevyardClient, 'call'>;

/** Proposes a devyard.yaml from what other tools' files say: package.json, tasks.json, a Procfile, a compose file. */
export async function importProjects(
  session: Session,
  previews: ManifestPreviews,
  path: string | undefined,
): Promise<void> {
  if (!(await isWorkspaceTrusted())) return;
  const folder = path ?? (await pickFolder(vscode.l10n.t('Import from which folder?')));
  if (folder === undefined) return;
  const { client } = await session.connect();
  await proposeManifests(client, previews, [folder]);
}

/** Lets the person choose among what could be taken over from folders (absolute paths), and shows it. */
export async function proposeManifests(
  client: Caller,
  previews: ManifestPreviews,
  folders: readonly string[],
): Promise<void> {
  const { l10n } = vscode;
  const proposals: Proposal[] = [];
  for (const path of folders) proposals.push(...(await client.call('devServers.propose', { body: { path } })));
  if (proposals.length === 0) return await offerStarter(previews, folders);
  const items = proposals.map((proposal) => ({
    label: proposal.source,
    description: vscode.workspace.asRelativePath(proposal.path),
    detail: proposal.notes.join(' '),
    picked: proposals.length === 1,
    proposal,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Import Dev Servers'),
    placeHolder: l10n.t('Take over what? You see the result before anything is written or run.'),
    canPickMany: true,
    matchOnDescription: true,
  });
  for (const [path, chosen] of byPath((picked ?? []).map(({ proposal }) => proposal))) {
    const notes = chosen.flatMap((one) => one.notes);
    await previews.offer(path, mergedManifests(chosen.map(({ text }) => text)), notes);
  }
}

async function offerStarter(previews: ManifestPreviews, folders: readonly string[]): Promise<void> {
  const { l10n } = vscode;
  const create = l10n.t('Create devyard.yaml');
  const text = l10n.t('Nothing here says what could be run: no script that serves, no task, Procfile or compose file.');
  const [folder] = folders;
  if (folder === undefined || (await vscode.window.showInformationMessage(text, create)) !== create) return;
  await previews.offer(join(folder, 'devyard.yaml'), starterManifest, []);
}

/** Opens the devyard.yaml of this window's folder, or one to begin with, which is written when it is accepted. */
export async function openManifest(previews: ManifestPreviews): Promise<void> {
  const { l10n } = vscode;
  const files = await vscode.workspace.findFiles('**/devyard.{yaml,yml}', '**/{node_modules,vendor,.git}/**', 50);
  if (files.length === 0) {
    const folder = await pickFolder(l10n.t('Create devyard.yaml in which folder?'));
    if (folder !== undefined && (await isWorkspaceTrusted())) {
      await previews.offer(join(folder, 'devyard.yaml'), starterManifest, []);
    }
    return;
  }
  const items = files
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  const placeHolder = l10n.t('Open which devyard.yaml?');
  const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder });
  if (chosen !== undefined) await vscode.window.showTextDocument(chosen.uri);
}

/** Path of the only folder of this window, or the one the person chooses; offers to open one where there is none. */
async function pickFolder(placeHolder: string): Promise<string | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) return await offerFolder();
  if (folders.length === 1) return folders[0]?.uri.fsPath;
  const items = folders.map(({ name, uri }) => ({ label: name, description: uri.fsPath }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.description;
}

/** Says that no folder is open, with the way to open one. */
export async function offerFolder(): Promise<undefined> {
  const { l10n } = vscode;
  const open = l10n.t('Open Folder…');
  const text = l10n.t('No folder is open in this window.');
  if ((await vscode.window.showInformationMessage(text, open)) === open) {
    await vscode.commands.executeCommand('vscode.openFolder');
  }
  return undefined;
}
