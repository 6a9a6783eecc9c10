import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { can } from '../codeServers/actions.ts';
import { foreignHost, urlForEditor, withTicket } from '../codeServers/externalUrl.ts';
import { browserAddress } from '../shared/browserAddress.ts';
import { Failure } from '../shared/errorView.ts';
import { formatDuration } from '../shared/format.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';
import { startWithProgress } from './lifecycle.ts';
import { targetOf } from './target.ts';

type OpenCommand =
  | 'devyard.codeServer.open'
  | 'devyard.codeServer.openInSimpleBrowser'
  | 'devyard.codeServer.copyUrl'
  | 'devyard.codeServer.openFolder';

/** An address with a ticket that works once. */
interface Address {
  readonly name: string;
  /** As a browser on the person's side of the editor sees it. */
  readonly url: string;
  /** As the editor wants it that opens it in a browser. */
  readonly forEditor: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Only of a server that asks for one itself; its address then works as often as one likes. */
  readonly password: string | undefined;
}

/** Everything that shows a code-server, or its folder. A stopped server is started first. */
export function openCommands(session: Session): CommandFamily<OpenCommand> {
  const { l10n } = vscode;
  const question = { placeholder: l10n.t('Which code-server to open?'), none: l10n.t('There is no code-server yet.') };
  const opened = async (args: readonly unknown[], open: (address: Address) => PromiseLike<unknown>): Promise<void> => {
    const target = await targetOf(session, args, question);
    const running = target === undefined ? undefined : await runningOne(session, target);
    if (running === undefined) return;
    try {
      await open(await addressOf(session, running));
    } catch (error) {
      throw new Failure(l10n.t('Could not open {0}', running.name), error, { codeServerId: running.id });
    }
  };
  return {
    'devyard.codeServer.open': (...args) =>
      opened(args, async ({ name, forEditor, password }) => {
        await vscode.env.openExternal(vscode.Uri.parse(forEditor, true));
        if (password !== undefined) void offerPassword(name, password);
      }),
    'devyard.codeServer.openInSimpleBrowser': (...args) =>
      opened(args, async ({ name, url, password }) => {
        await vscode.commands.executeCommand('simpleBrowser.api.open', url, { viewColumn: vscode.ViewColumn.Beside });
        if (password !== undefined) void offerPassword(name, password);
      }),
    'devyard.codeServer.copyUrl': (...args) =>
      opened(args, async ({ name, url, expiresAt, password }) => {
        await vscode.env.clipboard.writeText(url);
        const validFor = formatDuration(expiresAt - Date.now(), l10n);
        const told =
          password === undefined
            ? l10n.t('URL copied. It works once, within {0}.', validFor)
            : l10n.t('URL copied. It asks for the password of the code-server.');
        vscode.window.setStatusBarMessage(told, 5000);
        if (password !== undefined) void offerPassword(name, password);
      }),
    'devyard.codeServer.openFolder': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Whose folder to open?'),
        none: question.none,
      });
      if (target === undefined) return;
      await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(target.folder), {
        forceNewWindow: true,
      });
    },
  };
}

async function runningOne(session: Session, target: CodeServer): Promise<CodeServer | undefined> {
  return can('open', target.state.status) ? target : await startWithProgress(session, target);
}

async function addressOf(session: Session, { id, name, url }: CodeServer): Promise<Address> {
  const { client } = await session.connect();
  const mapped = (await vscode.env.asExternalUri(vscode.Uri.parse(url, true))).toString(true);
  const through = vscode.workspace.getConfiguration('devyard.codeServer').get('openThrough');
  const external = through === 'editor' ? mapped : browserAddress(mapped, url);
  const host = foreignHost(external, url);
  const body = host === undefined ? {} : { host };
  const opened = await client.call('codeServers.open', { params: { id }, body });
  return {
    name,
    url: withTicket(external, opened.url),
    forEditor: urlForEditor(external, opened.url),
    expiresAt: opened.expiresAt,
    password: opened.password,
  };
}

/** The password goes to the clipboard when the person says so, and nowhere else. */
async function offerPassword(name: string, password: string): Promise<void> {
  const { l10n } = vscode;
  const copy = l10n.t('Copy Password');
  const text = l10n.t('{0} asks for its password.', name);
  if ((await vscode.window.showInformationMessage(text, copy)) === copy) await vscode.env.clipboard.writeText(password);
}
