import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import { writeTo } from '../codeServers/logExport.ts';
import { Failure } from '../shared/errorView.ts';
import { formatBytes } from '../shared/format.ts';
import type { Session } from '../shared/session.ts';
import type { CommandFamily } from './ids.ts';
import { targetOf } from './target.ts';

/** Saves the whole log of a code-server, from all of its runs that are kept, as text. */
export function exportCommands(session: Session): CommandFamily<'devyard.codeServer.exportLog'> {
  const { l10n } = vscode;
  return {
    /** Gives the path of the file; undefined when the person gave up. */
    'devyard.codeServer.exportLog': async (...args) => {
      const target = await targetOf(session, args, {
        placeholder: l10n.t('Whose log to save?'),
        none: l10n.t('There is no code-server yet.'),
      });
      return target && (await exportLog(session, target));
    },
  };
}

async function exportLog(session: Session, target: CodeServer): Promise<string | undefined> {
  const { l10n } = vscode;
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath ?? homedir();
  const chosen = await vscode.window.showSaveDialog({
    title: l10n.t('Save the Log of {0}', target.name),
    saveLabel: l10n.t('Save Log'),
    defaultUri: vscode.Uri.file(join(folder, `${fileName(target.name)}.log`)),
    filters: { [l10n.t('Logs')]: ['log', 'txt'] },
  });
  if (chosen === undefined) return undefined;
  const title = l10n.t('Saving the log of {0}', target.name);
  const location = vscode.ProgressLocation.Notification;
  const abort = new AbortController();
  try {
    await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
      token.onCancellationRequested(() => abort.abort());
      let told = 0;
      const onBytes = (bytes: number): void => {
        // Each report is a message to the window.
        if (bytes - told < 1_000_000) return;
        told = bytes;
        progress.report({ message: formatBytes(bytes) });
      };
      const { client } = await session.connect();
      const text = client.logText(target.id, abort.signal);
      if (chosen.scheme === 'file') await writeTo(chosen.fsPath, text, onBytes, abort.signal);
      else await writeElsewhere(chosen, text);
    });
  } catch (error) {
    if (abort.signal.aborted) return undefined;
    throw new Failure(l10n.t('Could not save the log of {0}', target.name), error, { codeServerId: target.id });
  }
  void offerToOpen(chosen, target.name);
  return chosen.fsPath;
}

/** A virtual file system takes a file as a whole only. */
async function writeElsewhere(uri: vscode.Uri, text: AsyncIterable<Buffer>): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of text) chunks.push(chunk);
  await vscode.workspace.fs.writeFile(uri, Buffer.concat(chunks));
}

async function offerToOpen(uri: vscode.Uri, name: string): Promise<void> {
  const { l10n } = vscode;
  const open = l10n.t('Open');
  const text = l10n.t('The log of {0} was saved as {1}.', name, uri.fsPath);
  if ((await vscode.window.showInformationMessage(text, open)) === open) await vscode.window.showTextDocument(uri);
}

/** A label may hold what a file name may not. */
function fileName(label: string): string {
  const name = label.replaceAll(/[^\p{L}\p{N}._ -]+/gu, '-').replace(/^[. -]+/, '');
  return name === '' ? 'code-server' : name;
}
