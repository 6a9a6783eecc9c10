import * as vscode from 'vscode';
import type { Workspace, WorkspaceForward } from '../../../api/contract/dokploy.ts';
import { browserAddress } from '../../shared/browserAddress.ts';

/** Where a browser finds a page that this machine serves, and what to hand to the editor, which forwards ports by itself. */
export async function pageAddress(
  local: string,
): Promise<{ readonly address: string; readonly forEditor: vscode.Uri }> {
  const url = vscode.Uri.parse(local, true);
  const external = (await vscode.env.asExternalUri(url)).toString(true);
  const address = browserAddress(external, url.toString(true));
  return { address, forEditor: address === external ? url : vscode.Uri.parse(address, true) };
}

interface PageItem extends vscode.QuickPickItem {
  readonly open: () => Promise<unknown>;
}

/** Opens a page of a workspace: by one of its domains, or through a port that is forwarded. */
export async function openPage(workspace: Workspace, forward: WorkspaceForward | undefined): Promise<void> {
  const { l10n } = vscode;
  if (forward !== undefined) {
    await openForward(forward);
    return;
  }
  const items: readonly PageItem[] = [
    ...workspace.domains.map((domain) => ({
      label: domain,
      description: l10n.t('domain in Dokploy'),
      iconPath: new vscode.ThemeIcon('globe'),
      open: async () => vscode.env.openExternal(vscode.Uri.parse(domain, true)),
    })),
    ...workspace.forwards.map((one) => ({
      label: l10n.t('Port {0}', String(one.remotePort)),
      description: `localhost:${String(one.localPort)}`,
      iconPath: new vscode.ThemeIcon('plug'),
      open: () => openForward(one),
    })),
  ];
  const [first] = items;
  if (first === undefined) {
    await offerToForward(workspace);
    return;
  }
  const placeHolder = l10n.t('Which page of {0}?', workspace.name);
  const picked = items.length === 1 ? first : await vscode.window.showQuickPick(items, { placeHolder });
  await picked?.open();
}

async function openForward({ url }: WorkspaceForward): Promise<void> {
  await vscode.env.openExternal((await pageAddress(url)).forEditor);
}

async function offerToForward({ id, name }: Workspace): Promise<void> {
  const { l10n } = vscode;
  const forward = l10n.t('Forward Port…');
  const text = l10n.t('{0} has no domain in Dokploy, and none of its ports is forwarded.', name);
  if ((await vscode.window.showInformationMessage(text, forward)) === forward) {
    await vscode.commands.executeCommand('devyard.dokploy.forwardPort', id);
  }
}
