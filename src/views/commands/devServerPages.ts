import * as vscode from 'vscode';
import { canDev, type DevPage, pageOf, pagesOf } from '../devServers/actions.ts';
import { partOf } from '../devServers/items.ts';
import { plainUrl } from '../devServers/words.ts';
import { browserAddress } from '../shared/browserAddress.ts';
import { Failure } from '../shared/errorView.ts';
import type { Session } from '../shared/session.ts';
import { devServerTarget, type DevServerTarget } from './devServerTarget.ts';
import type { CommandFamily } from './ids.ts';

type PageCommand = 'devyard.devServer.openPage' | 'devyard.devServer.openInBrowser' | 'devyard.devServer.copyUrl';

/** Everything that shows the page of a project. The daemon says where it is; the editor forwards the port if need be. */
export function devServerPageCommands(session: Session): CommandFamily<PageCommand> {
  const { l10n } = vscode;
  const withPage = async (args: readonly unknown[], open: (url: vscode.Uri) => PromiseLike<unknown>): Promise<void> => {
    const target = await devServerTarget(session, args, {
      placeholder: l10n.t('Whose page?'),
      none: l10n.t('No dev server shows a page at the moment.'),
      filter: (devServer) => canDev('open', devServer),
    });
    const page = target && (await pageFor(target));
    if (target === undefined || page === undefined) return;
    try {
      await open(vscode.Uri.parse(page.url, true));
    } catch (error) {
      const { id, pluginID } = target.devServer;
      throw new Failure(l10n.t('Could not open {0}', pluginID), error, { devServerId: id });
    }
  };
  return {
    'devyard.devServer.openPage': (...args) =>
      withPage(args, async (url) => {
        const { address } = await addressOf(url);
        await vscode.commands.executeCommand('simpleBrowser.api.open', address, {
          viewColumn: vscode.ViewColumn.Beside,
        });
      }),
    'devyard.devServer.openInBrowser': (...args) =>
      withPage(args, async (url) => vscode.env.openExternal((await addressOf(url)).forEditor)),
    'devyard.devServer.copyUrl': (...args) =>
      withPage(args, async (url) => {
        const { address: text } = await addressOf(url);
        await vscode.env.clipboard.writeText(text);
        vscode.window.setStatusBarMessage(l10n.t('Copied: {0}', text), 5000);
      }),
  };
}

/** Where a browser finds a page, and what to hand to the editor's own *open in the browser*, which forwards ports by itself. */
async function addressOf(url: vscode.Uri): Promise<{ readonly address: string; readonly forEditor: vscode.Uri }> {
  const external = (await vscode.env.asExternalUri(url)).toString(true);
  const address = browserAddress(external, url.toString(true));
  return { address, forEditor: address === external ? url : vscode.Uri.parse(address, true) };
}

async function pageFor({ devServer, part }: DevServerTarget): Promise<DevPage | undefined> {
  const { l10n } = vscode;
  const found = part && partOf(devServer, part);
  if (found?.kind === 'process') {
    const url = pageOf(found.process);
    if (url !== undefined) return { name: found.process.name, url };
  }
  const pages = pagesOf(devServer);
  const [first] = pages;
  if (first === undefined) {
    void vscode.window.showInformationMessage(l10n.t('{0} shows no page at the moment.', devServer.pluginID));
    return undefined;
  }
  if (pages.length === 1) return first;
  const items = pages.map((page) => ({ label: page.name, description: plainUrl(page.url), page }));
  return (await vscode.window.showQuickPick(items, { placeHolder: l10n.t('Which page?') }))?.page;
}
